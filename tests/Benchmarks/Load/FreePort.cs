using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>Finds a port that nobody listens on.</summary>
internal static class FreePort
{
    public static string Url()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
