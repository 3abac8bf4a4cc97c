using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.History.World;

/// <summary>Stands before a service of TCP, on a port of its own; it cuts connections and slows them down on demand.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _serving;

    /// <param name="target">The port of the service.</param>
    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>Gets or sets how long each piece is held back in either direction.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Gets or sets a value indicating whether the service is out of reach: what is open breaks, and nothing opens.</summary>
    public bool IsCut
    {
        get;
        set
        {
            field = value;
            if (value)
            {
                foreach (var connection in _open.Keys)
                {
                    connection.Close();
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        IsCut = true;
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            var caller = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(caller);
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using var service = new TcpClient();
        using var closing = caller;
        if (IsCut)
        {
            return;
        }

        try
        {
            await service.ConnectAsync(IPAddress.Loopback, _target);
            (_open[caller], _open[service]) = (0, 0);
            caller.NoDelay = service.NoDelay = true;
            await Task.WhenAny(PumpAsync(caller, service), PumpAsync(service, caller));
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Either side is gone, and with it the other.
        }
        finally
        {
            _open.TryRemove(caller, out _);
            _open.TryRemove(service, out _);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        var (source, sink) = (from.GetStream(), to.GetStream());
        for (int read; (read = await source.ReadAsync(buffer)) > 0;)
        {
            if (Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay);
            }

            await sink.WriteAsync(buffer.AsMemory(0, read));
        }
    }
}
