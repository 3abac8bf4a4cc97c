using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.Tests.Support;

/// <summary>Finds a port of this machine that nobody listens on. Somebody may take it before the caller does.</summary>
public static class FreePort
{
    public static int Find()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>An address on such a port, without a trailing slash.</summary>
    public static string Url() => $"http://127.0.0.1:{Find()}";
}
