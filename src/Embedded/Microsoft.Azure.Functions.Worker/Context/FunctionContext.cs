namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of one function: what runs, why, and with which services.</summary>
public abstract class FunctionContext
{
    /// <summary>Gets an id of this invocation alone.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Gets the id of the function, the same for each of its invocations.</summary>
    public abstract string FunctionId { get; }

    /// <summary>Gets the trace that this invocation belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>Gets what the trigger told about itself, by name.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>Gets how often this invocation has been tried before.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>Gets or sets the services of this invocation; scoped ones live as long as it.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>Gets the function.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Gets or sets what middleware and function leave for each other.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Gets what the platform attached to this invocation, by type.</summary>
    public abstract IInvocationFeatures Features { get; }

    /// <summary>Gets the token that is cancelled when the caller has gone or the host cannot wait any longer.</summary>
    public virtual CancellationToken CancellationToken { get; }
}
