namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// Something a client asks of the broker. It is applied on the broker's thread and answered after the commit.
/// </summary>
internal abstract class Operation
{
    /// <summary>Gets whether the answer promises that the result is on the disk.</summary>
    public virtual bool IsDurable => true;

    /// <exception cref="BusException">It is refused; <see cref="Fail"/> is called after the commit.</exception>
    public abstract void Apply(BrokerState state);

    public virtual void Succeed()
    {
    }

    public virtual void Fail(Exception failure)
    {
    }
}

/// <summary>An operation with a result.</summary>
internal sealed class Operation<T>(Func<BrokerState, T> work) : Operation
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Answer => _answer.Task;

    public override void Apply(BrokerState state) => _result = work(state);

    public override void Succeed() => _answer.TrySetResult(_result!);

    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}

/// <summary>Something that happened and needs no answer.</summary>
internal sealed class Signal(Action<BrokerState> work) : Operation
{
    public override bool IsDurable => false;

    public override void Apply(BrokerState state) => work(state);
}
