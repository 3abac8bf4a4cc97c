namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where an invocation stands among its tries.</summary>
public abstract class RetryContext
{
    /// <summary>Gets how many tries came before this one.</summary>
    public abstract int RetryCount { get; }

    /// <summary>Gets how many may follow the first one; -1 is without end.</summary>
    public abstract int MaxRetryCount { get; }
}
