using IntegrationHub.LocalPlatform.ServiceBus.Amqp;
using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.ServiceBus;

/// <summary>
/// A durable Service Bus broker on this machine, for the real client over AMQP. Not for production: it trusts every
/// caller and listens on 127.0.0.1 only.
/// </summary>
public sealed class LocalBus : IAsyncDisposable
{
    private readonly Broker _broker;
    private readonly AmqpServer _server;
    private readonly Outage _outage;
    private int _isDisposed;

    private LocalBus(LocalBusOptions options)
    {
        _broker = new(options);
        try
        {
            _server = new(_broker, options.Port, options.Logger);
            _outage = new(options.DataDirectory, began: _server.Interrupt, ended: _server.Listen);
            _broker.Start();
        }
        catch
        {
            _outage?.Dispose();
            _server?.StopListening();
            _broker.Dispose();
            throw;
        }
    }

    /// <summary>Gets the port it listens on.</summary>
    public int Port => _server.Port;

    /// <summary>Gets the connection string for clients; the key in it is not checked.</summary>
    public string ConnectionString => ConnectionStringFor(Port);

    /// <summary>Makes the connection string of a broker on a port of this machine.</summary>
    /// <param name="port">The port the broker listens on.</param>
    /// <returns>A connection string for Azure.Messaging.ServiceBus.</returns>
    public static string ConnectionStringFor(int port) =>
        $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true;";

    /// <summary>Opens the data directory and starts to listen.</summary>
    /// <param name="options">Where it listens and what it has.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The running broker; disposing it closes all connections.</returns>
    /// <exception cref="InvalidDataException">The topology file has a fault, which the message names.</exception>
    /// <exception cref="IOException">Another process uses the data directory, or the port is taken.</exception>
    public static Task<LocalBus> StartAsync(LocalBusOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => new LocalBus(options), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            // Waiting operations are answered before the connections close.
            _outage.Dispose();
            _server.StopListening();
            await Task.Run(_broker.Dispose);
            await _server.CloseConnectionsAsync();
        }
    }
}
