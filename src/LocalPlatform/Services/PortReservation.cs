using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.LocalPlatform.Services;

/// <summary>Keeps ports from others until the programs that want them start.</summary>
internal sealed class PortReservation : IDisposable
{
    private readonly List<Socket> _reserved = [];
    private readonly List<FileStream> _claims = [];

    /// <summary>Takes a port, the wanted one if it is free, and returns it.</summary>
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

    /// <summary>Lets go of the ports, for the programs to take them.</summary>
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
    /// Makes a well-known port ours among all apps on this machine until we end: between our letting go of it and the
    /// program's taking it, another app that starts would find it free.
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
