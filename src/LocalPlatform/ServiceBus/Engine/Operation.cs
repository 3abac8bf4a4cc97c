namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Something a client wants of the broker; it is applied on the broker's thread and answered after the commit.</summary>
internal abstract class Operation
{
    public abstract void Apply(BrokerState state);

    public abstract void Succeed();

    public abstract void Fail(Exception failure);
}

/// <summary>An operation that can be done at once.</summary>
internal sealed class Operation<T>(Func<BrokerState, T> work) : Operation
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Answer => _answer.Task;

    public override void Apply(BrokerState state)
    {
        _result = work(state);
        state.Finished.Add(this);
    }

    public override void Succeed() => _answer.TrySetResult(_result!);

    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}

/// <summary>Something that happened and wants no answer.</summary>
internal sealed class Signal(Action<BrokerState> work) : Operation
{
    public override void Apply(BrokerState state) => work(state);

    public override void Succeed()
    {
        // Nobody asked.
    }

    public override void Fail(Exception failure)
    {
        // Nobody asked.
    }
}
