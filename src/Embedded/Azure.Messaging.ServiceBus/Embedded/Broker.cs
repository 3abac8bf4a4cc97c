using System.Threading.Channels;

namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>
/// A broker in the process, one per data directory, shared by all clients and closed with the last of them. Its one thread takes all operations that
/// wait, applies them in one transaction, commits, and only then answers them: what was answered is on the disk, and many share one commit.
/// </summary>
internal sealed class Broker : IDisposable
{
    private const int MaxOperationsInRound = 1024;
    private static readonly TimeSpan RecoveryDelay = TimeSpan.FromSeconds(1);
    private static readonly Lock OpenLock = new();
    private static readonly Dictionary<string, Broker> OpenBrokers = [];
    private readonly Channel<Operation> _operations = Channel.CreateUnbounded<Operation>(new() { SingleReader = true });
    private readonly EmbeddedConnection _connection;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private readonly Outage _outage;
    private MessageStore? _store;
    private BrokerState? _state;
    private int _users;

    private Broker(EmbeddedConnection connection, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;
        Topology = TopologyReader.Read(connection.Topology);
        Open();
        _outage = new(connection.DataDirectory, () => _operations.Writer.TryWrite(new Signal(static state => EndWaits(state, static _ => true, Away))));
        _timer = clock.CreateTimer(_ => Wake(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _thread = new(Run) { IsBackground = true, Name = "Embedded Service Bus" };
        _thread.Start();
    }

    public Topology Topology { get; }

    /// <summary>Opens the broker of a data directory, or joins it when it is open. Each call needs one <see cref="Release"/>.</summary>
    /// <param name="connection">Where it is.</param>
    /// <param name="clock">Its clock; null takes the one it has, or the system's.</param>
    public static Broker Acquire(EmbeddedConnection connection, TimeProvider? clock)
    {
        lock (OpenLock)
        {
            if (!OpenBrokers.TryGetValue(connection.DataDirectory, out var broker))
            {
                broker = new(connection, clock ?? TimeProvider.System);
                OpenBrokers.Add(connection.DataDirectory, broker);
            }
            else if (broker._connection.Topology != connection.Topology || (clock is not null && clock != broker._clock))
            {
                throw new InvalidOperationException(
                    $"The bus in '{connection.DataDirectory}' is open in this process with another topology file or clock ('{broker._connection.Topology}').");
            }

            broker._users++;
            return broker;
        }
    }

    public void Release()
    {
        lock (OpenLock)
        {
            if (--_users == 0)
            {
                OpenBrokers.Remove(_connection.DataDirectory);
                Dispose();
            }
        }
    }

    /// <summary>Sees through what was asked, then closes. Users call <see cref="Release"/>.</summary>
    public void Dispose()
    {
        _outage.Dispose();
        _timer.Dispose();
        _operations.Writer.Complete();
        _thread.Join();
    }

    /// <summary>Makes every operation fail until <see cref="Start"/>, as if the broker could not be reached. Locks and times run on.</summary>
    public void Stop() => _outage.Stop();

    public void Start() => _outage.Start();

    public Task<T> RunAsync<T>(Func<BrokerState, T> work)
    {
        var operation = new Operation<T>(work);
        Post(operation);
        return operation.Answer;
    }

    public async Task<List<Delivered>> ReceiveAsync(ReceiveOperation receive, CancellationToken cancellationToken)
    {
        Post(receive);
        using var registration = cancellationToken.Register(() => _operations.Writer.TryWrite(new Signal(state => receive.Cancel(state, cancellationToken))));
        return await receive.Answer;
    }

    /// <summary>Ends the waits of a receiver that is closed.</summary>
    public void EndWaits(object receiver, Func<Exception> why) =>
        _operations.Writer.TryWrite(new Signal(state => EndWaits(state, receive => receive.Receiver == receiver, why)));

    private static void EndWaits(BrokerState state, Func<ReceiveOperation, bool> which, Func<Exception> why)
    {
        foreach (var receive in state.Queues.SelectMany(queue => queue.StopWaiting(which)))
        {
            receive.Fail(why());
        }
    }

    private static ServiceBusException Away() => new("The broker cannot be reached.", ServiceBusFailureReason.ServiceCommunicationProblem);

    private static ServiceBusException Broken(Exception cause) =>
        new($"The broker's store failed: {cause.Message}", ServiceBusFailureReason.ServiceCommunicationProblem, null, cause);

    private void Wake() => _operations.Writer.TryWrite(new Signal(static _ => { }));

    private void Post(Operation operation)
    {
        if (_outage.IsOn)
        {
            throw Away();
        }

        ObjectDisposedException.ThrowIf(!_operations.Writer.TryWrite(operation), typeof(ServiceBusClient));
    }

    /// <summary>Opens the store and rebuilds the memory from it, unless that is done.</summary>
    private BrokerState Open()
    {
        _store ??= new(_connection.DataDirectory);
        try
        {
            return _state ??= new(Topology, _store, _clock.GetUtcNow());
        }
        catch
        {
            _store.Dispose();
            _store = null;
            throw;
        }
    }

    private void Run()
    {
        var round = new List<Operation>(MaxOperationsInRound);
        while (_operations.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (round.Count < MaxOperationsInRound && _operations.Reader.TryRead(out var operation))
            {
                round.Add(operation);
            }

            try
            {
                RunRound(Open(), round);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Memory and disk may differ now: forget the memory, fail all that hoped for it, and build it anew from the disk.
                Forget(round, Broken(e));
            }

            round.Clear();
        }

        if (_state is not null)
        {
            EndWaits(_state, static _ => true, () => new ObjectDisposedException(nameof(ServiceBusClient)));
        }

        _store?.Dispose();
    }

    private void RunRound(BrokerState state, List<Operation> round)
    {
        state.Store.Begin();
        state.Now = _clock.GetUtcNow().UtcTicks;
        state.Deadlines.Run(state.Now);
        foreach (var operation in round)
        {
            try
            {
                operation.Apply(state);
            }
            catch (ServiceBusException e)
            {
                // Refused before it changed anything.
                operation.Fail(e);
            }
        }

        foreach (var queue in state.Awake)
        {
            queue.ServeWaiting();
        }

        state.Awake.Clear();
        state.SaveSequences();
        state.Store.Commit();
        state.Finished.ForEach(static operation => operation.Succeed());
        state.Finished.Clear();
        SetTimer(state);
    }

    private void SetTimer(BrokerState state)
    {
        var next = state.Deadlines.Next;
        var wait = next == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks(Math.Clamp(next - state.Now, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerDay));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Forget(List<Operation> round, ServiceBusException failure)
    {
        if (_state is { } state)
        {
            EndWaits(state, static _ => true, () => failure);
            state.Finished.ForEach(operation => operation.Fail(failure));
        }

        round.ForEach(operation => operation.Fail(failure));
        _state = null;
        _store?.Dispose();
        _store = null;
        _timer.Change(RecoveryDelay, Timeout.InfiniteTimeSpan);
    }
}
