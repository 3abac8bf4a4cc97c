using IntegrationHub.LocalPlatform.ServiceBus.Topology;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// A broker of messages. Its one thread reads all waiting operations, applies them in one transaction and commits; a
/// second thread then answers them, in order. So what was answered is on the disk, and many operations share one
/// commit.
/// </summary>
internal sealed partial class Broker : IDisposable
{
    private const long MaxBytesWaiting = 16 * 1024 * 1024;
    private const int MaxRoundsWaiting = 8;
    private static readonly TimeSpan RecoveryDelay = TimeSpan.FromSeconds(1);
    private readonly Inbox<Operation> _operations = new(MaxBytesWaiting);
    private readonly Inbox<Round> _rounds = new(MaxRoundsWaiting);
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly BusTopology _topology;
    private readonly Thread _thread;
    private readonly Thread _answers;
    private readonly ITimer _timer;
    private MessageStore? _store;
    private BrokerState? _state;

    /// <exception cref="InvalidDataException">The topology file has a fault.</exception>
    /// <exception cref="IOException">Another process uses the directory.</exception>
    public Broker(LocalBusOptions options)
    {
        _directory = options.DataDirectory;
        _clock = options.TimeProvider;
        _logger = options.Logger;
        _topology = TopologyReader.Read(options.TopologyFile);
        Router = new(_topology);
        Open();
        _timer = _clock.CreateTimer(_ => Post(new Signal(static _ => { })), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _thread = new(Run) { IsBackground = true, Name = "Service Bus broker" };
        _answers = new(Answer) { IsBackground = true, Name = "Service Bus answers" };
    }

    public MessageRouter Router { get; }

    /// <summary>Gets or sets what to do after the answers of a round, on the answers' thread.</summary>
    public Action? Answered { get; set; }

    /// <summary>
    /// Gets or sets what to do when the state was lost and is rebuilt from the disk: no receiver and no lock is known
    /// any more.
    /// </summary>
    public Action? Failed { get; set; }

    public void Start()
    {
        _answers.Start();
        _thread.Start();
    }

    /// <summary>
    /// Adds an operation. One with a size blocks while too many bytes wait, which stops the connection it came from.
    /// </summary>
    public void Post(Operation operation, int size = 0)
    {
        if (!_operations.Post(operation, size))
        {
            operation.Fail(new BusException(BusError.ServerBusy, "The broker is stopping."));
        }
    }

    public Task<T> RunAsync<T>(Func<BrokerState, T> work)
    {
        var operation = new Operation<T>(work);
        Post(operation);
        return operation.Answer;
    }

    /// <summary>Applies and answers the waiting operations, then closes the store.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _operations.Close();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _store?.Dispose();
            return;
        }

        _thread.Join();
        _rounds.Close();
        _answers.Join();
    }

    /// <summary>Opens the store and rebuilds the state from it, unless that is done.</summary>
    private BrokerState Open()
    {
        _store ??= new(_directory);
        try
        {
            return _state ??= new(_topology, _store, Router, new(_directory, _logger), _clock.GetUtcNow().UtcTicks);
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
        var operations = new List<Operation>();
        var hasMore = false;
        while (_operations.Take(ref operations, wait: !hasMore))
        {
            try
            {
                hasMore = RunRound(Open(), operations);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                hasMore = false;
                Forget(operations, e);
            }

            operations.Clear();
        }

        _store?.Dispose();
    }

    /// <summary>Returns whether more work is waiting.</summary>
    private bool RunRound(BrokerState state, List<Operation> operations)
    {
        List<Operation> done = new(operations.Count);
        List<(Operation, BusException)> refused = [];
        state.Faults.Refresh();
        state.Store.Begin(sync: operations.Exists(static operation => operation.IsDurable));
        state.Now = _clock.GetUtcNow().UtcTicks;
        state.RunDue();
        foreach (var operation in operations)
        {
            try
            {
                operation.Apply(state);
                done.Add(operation);
            }
            catch (BusException e)
            {
                refused.Add((operation, e));
            }
        }

        state.Serve();
        state.Save();
        state.Store.Commit();
        PostAnswers(state, done, refused);
        SetTimer(state);
        return state.Awake.Count > 0;
    }

    private void PostAnswers(BrokerState state, List<Operation> done, List<(Operation, BusException)> refused)
    {
        _rounds.Post(new(done, refused, [.. state.AfterCommit], [.. state.Sent]), weight: 1);
        state.AfterCommit.Clear();
        state.Sent.Clear();
    }

    private void SetTimer(BrokerState state)
    {
        var next = state.NextDeadline;
        var wait = next == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromTicks(Math.Clamp(next - state.Now, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerDay));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Discards the state and rebuilds it from the disk, because the two may differ. Clients lose their
    /// connections and their locks.
    /// </summary>
    private void Forget(List<Operation> operations, Exception cause)
    {
        Log.StoreFailed(_logger, cause);
        var failure = new BusException(BusError.Internal, $"The broker's store failed: {cause.Message}");
        _state = null;
        _store?.Dispose();
        _store = null;
        _rounds.Post(new([], [.. operations.Select(operation => (operation, failure))], [], []));
        Failed?.Invoke();
        _timer.Change(RecoveryDelay, Timeout.InfiniteTimeSpan);
    }

    private void Answer()
    {
        var rounds = new List<Round>();
        while (_rounds.Take(ref rounds))
        {
            rounds.ForEach(Answer);
            rounds.Clear();
        }
    }

    private void Answer(Round round)
    {
        foreach (var operation in round.Done)
        {
            Try(operation.Succeed);
        }

        foreach (var (operation, failure) in round.Refused)
        {
            Try(() => operation.Fail(failure));
        }

        foreach (var action in round.AfterCommit)
        {
            Try(action);
        }

        Try(() => Answered?.Invoke());
        foreach (var (consumer, message, drainedAt) in round.Sent)
        {
            Try(() =>
            {
                if (message is null)
                {
                    consumer.ReportDrained(drainedAt);
                }
                else
                {
                    consumer.Deliver(message);
                }
            });
        }
    }

    /// <summary>An answer may meet a connection that is just closing; the others still get theirs.</summary>
    private void Try(Action answer)
    {
        try
        {
            answer();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.AnswerFailed(_logger, e);
        }
    }

    private sealed record Round(
        List<Operation> Done,
        List<(Operation Operation, BusException Failure)> Refused,
        Action[] AfterCommit,
        (Consumer Consumer, Delivered? Message, uint DrainedAt)[] Sent);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The broker's store failed; the state is rebuilt from the disk.")]
        public static partial void StoreFailed(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Debug, "An answer could not be sent.")]
        public static partial void AnswerFailed(ILogger logger, Exception failure);
    }
}
