namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>
/// A hold on the embedded broker of a data directory, for hosts and tests: it gives the broker a clock, keeps it open between clients, and plays outages.
/// Clients do not need it.
/// </summary>
public sealed class EmbeddedBus : IAsyncDisposable
{
    private readonly Broker _broker;
    private int _isDisposed;

    private EmbeddedBus(Broker broker) => _broker = broker;

    /// <summary>Opens the broker, or joins it when a client of this process has it open.</summary>
    /// <param name="connectionString">The connection string that clients use: <c>Endpoint=sb://embedded/;DataDirectory=…;Topology=…</c>.</param>
    /// <param name="clock">Its clock, by which locks, lives and scheduled messages run; null takes the one it has, or the system's.</param>
    /// <returns>The hold; disposing it lets the broker close with its last client.</returns>
    /// <exception cref="InvalidOperationException">It is open with another clock or topology.</exception>
    /// <exception cref="InvalidDataException">The topology has a fault, which the message names.</exception>
    /// <exception cref="IOException">Another process has the data directory.</exception>
    public static EmbeddedBus Open(string connectionString, TimeProvider? clock = null) => new(Broker.Acquire(EmbeddedConnection.Parse(connectionString), clock));

    /// <summary>
    /// Begins an outage: every operation fails with <see cref="ServiceBusFailureReason.ServiceCommunicationProblem"/>, those that wait too. Locks run on meanwhile.
    /// A file <c>bus.unavailable</c> in the data directory does the same.
    /// </summary>
    public void Stop() => _broker.Stop();

    /// <summary>Ends the outage that <see cref="Stop"/> began.</summary>
    public void Start() => _broker.Start();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _broker.Release();
        }

        return ValueTask.CompletedTask;
    }
}
