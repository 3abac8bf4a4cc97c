namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>A message with what the broker says of it.</summary>
internal sealed record Delivered(byte[] Content, Delivery Delivery);

/// <summary>A receive, which may wait in its queue for a message, for its time to be over, or for its caller to give up.</summary>
internal sealed class ReceiveOperation(string path, int max, ServiceBusReceiveMode mode, TimeSpan waitTime, object receiver) : Operation
{
    private readonly TaskCompletionSource<List<Delivered>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BrokerState? _state;

    public int Max { get; } = max;

    public ServiceBusReceiveMode Mode { get; } = mode;

    public TimeSpan WaitTime { get; } = waitTime;

    public object Receiver { get; } = receiver;

    public Task<List<Delivered>> Answer => _answer.Task;

    /// <summary>Gets or sets the messages it got.</summary>
    public List<Delivered> Messages { get; set; } = [];

    /// <summary>Gets or sets its place among those that wait; null when it does not.</summary>
    public LinkedListNode<ReceiveOperation>? Place { get; set; }

    /// <summary>Gets its deadline.</summary>
    public Timed Timeout => field ??= new WaitTimeout(this);

    public override void Apply(BrokerState state)
    {
        _state = state;
        state.Queue(path).Receive(this);
    }

    /// <summary>Ends the wait with no message; does nothing when it is over already.</summary>
    public void Cancel(BrokerState state, CancellationToken cancellationToken)
    {
        if (state.Queue(path).StopWaiting(this))
        {
            _answer.TrySetCanceled(cancellationToken);
        }
    }

    public override void Succeed() => _answer.TrySetResult(Messages);

    public override void Fail(Exception failure) => _answer.TrySetException(failure);

    private void RunOut()
    {
        if (_state!.Queue(path).StopWaiting(this))
        {
            _state.Finished.Add(this);
        }
    }

    private sealed class WaitTimeout(ReceiveOperation receive) : Timed
    {
        public override void OnDue() => receive.RunOut();
    }
}
