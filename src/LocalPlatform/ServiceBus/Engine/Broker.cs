using System.Collections.Concurrent;
using System.Threading.Channels;

using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>As the embedded broker: one thread, one transaction a round, commit, then answer. Answers and transfers go out on a second thread, in order.</summary>
internal sealed class Broker : IDisposable
{
    private const int MaxOperationsInRound = 1024;
    private readonly Inbox<Operation> _operations = new();
    private readonly Inbox<Round> _rounds = new();
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly Thread _thread;
    private readonly Thread _completions;
    private readonly ITimer _timer;
    private MessageStore? _store;
    private BrokerState? _state;
    public long Rounds, Operations;

    public Broker(string directory, string topology, TimeProvider clock)
    {
        _directory = directory;
        _clock = clock;
        Topology = TopologyReader.Read(topology);
        Open();
        _timer = clock.CreateTimer(_ => Post(new Signal(static _ => { })), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _thread = new(Run) { IsBackground = true, Name = "engine" };
        _completions = new(Complete) { IsBackground = true, Name = "answers" };
        _completions.Start();
        _thread.Start();
    }

    public BusTopology Topology { get; }

    /// <summary>Set by the front: sends out the dispositions that were only marked.</summary>
    public Action? Flush { get; set; }

    public void Post(Operation operation) => _operations.Post(operation);

    public Task<T> RunAsync<T>(Func<BrokerState, T> work)
    {
        var operation = new Operation<T>(work);
        Post(operation);
        return operation.Answer;
    }

    public void Dispose()
    {
        _timer.Dispose();
        _operations.Close();
        _thread.Join();
        _rounds.Close();
        _completions.Join();
    }

    private BrokerState Open()
    {
        _store ??= new(_directory);
        return _state ??= new(Topology, _store, _clock.GetUtcNow());
    }

    private void Run()
    {
        var round = new List<Operation>(MaxOperationsInRound);
        while (_operations.Take(ref round))
        {
            try { RunRound(Open(), round); }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Console.Error.WriteLine(e);
                Environment.Exit(3); // The prototype dies; clients reconnect to what the disk says.
            }
            round.Clear();
        }
        _store?.Dispose();
    }

    private void RunRound(BrokerState state, List<Operation> round)
    {
        Rounds++; Operations += round.Count;
        state.Store.Begin(round.Exists(static o => o is not Signal));
        state.Now = _clock.GetUtcNow().UtcTicks;
        state.Deadlines.Run(state.Now);
        List<(Operation, BusException)>? refused = null;
        foreach (var operation in round)
        {
            try { operation.Apply(state); }
            catch (BusException e) { (refused ??= []).Add((operation, e)); }
        }
        foreach (var queue in state.Awake) queue.ServeWaiting();
        foreach (var consumer in state.Drains) consumer.Queue.Drain(consumer);
        state.Awake.Clear();
        state.Drains.Clear();
        state.SaveSequences();
        state.Store.Commit();
        if (state.Finished.Count > 0 || state.Sent.Count > 0 || refused is not null)
        {
            _rounds.Post(new([.. state.Finished], [.. state.Sent], refused));
            state.Finished.Clear();
            state.Sent.Clear();
        }
        var next = state.Deadlines.Next;
        _timer.Change(next == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Clamp(next - state.Now, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerDay)), Timeout.InfiniteTimeSpan);
    }

    private void Complete()
    {
        var rounds = new List<Round>();
        while (_rounds.Take(ref rounds))
        {
        foreach (var round in rounds)
        {
            foreach (var operation in round.Finished) Try(operation.Succeed);
            if (round.Refused is not null) foreach (var (operation, failure) in round.Refused) Try(() => operation.Fail(failure));
            Try(() => Flush?.Invoke());
            foreach (var (consumer, message, drained) in round.Sent)
            {
                Try(() => { if (message is null) consumer.SendDrained(drained); else consumer.Send(message); });
            }
        }
        rounds.Clear();
        }
    }

    private static void Try(Action action)
    {
        try { action(); } catch (Exception e) { Console.Error.WriteLine($"answer: {e.GetType().Name} {e.Message}"); }
    }

    private sealed record Round(Operation[] Finished, (Consumer, Delivered?, uint)[] Sent, List<(Operation, BusException)>? Refused);
}
