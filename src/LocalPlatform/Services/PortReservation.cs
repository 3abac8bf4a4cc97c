using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.LocalPlatform.Services;

/// <summary>Reserves ports until their programs start.</summary>
internal sealed class PortReservation : IDisposable
{
    private readonly List<Socket> _reserved = [];
    private readonly List<FileStream> _claims = [];

    /// <summary>Reserves a port, the wanted one if it is free, and returns it.</summary>
    public int Take(int wanted)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, wanted != 0 && Claim(wanted) ? wanted : 0));
            socket.Listen();
            _reserved.Add(socket);
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException) when (wanted != 0)
        {
            socket.Dispose();
            return Take(0);
        }
    }

    /// <summary>Releases the ports for the programs.</summary>
    public void Free()
    {
        _reserved.ForEach(socket => socket.Dispose());
        _reserved.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        _claims.ForEach(claim => claim.Dispose());
        _claims.Clear();
    }

    /// <summary>
    /// Claims a well-known port among all apps on this machine until this process ends. Between its release and the
    /// program's use of it, another app would find it free.
    /// </summary>
    private bool Claim(int port)
    {
        try
        {
            _claims.Add(
                new(
                    Path.Combine(Path.GetTempPath(), $"integration-hub-port-{port}"),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
