namespace IntegrationHub.LocalPlatform.FunctionsHost.Settings;

/// <summary>The section <c>extensions.serviceBus</c> of host.json.</summary>
internal sealed record ServiceBusSettings
{
    /// <summary>
    /// Gets whether a message is completed when its function succeeds and has not settled it. A trigger may say
    /// otherwise.
    /// </summary>
    public required bool AutoCompleteMessages { get; init; }

    /// <summary>
    /// Gets how long the lock of a message is renewed while its function runs. Batches are not renewed.
    /// </summary>
    public required TimeSpan MaxAutoLockRenewalDuration { get; init; }

    /// <summary>Gets how many messages a function works on at once.</summary>
    public required int MaxConcurrentCalls { get; init; }

    /// <summary>Gets how many messages a batch has at most.</summary>
    public required int MaxMessageBatchSize { get; init; }

    /// <summary>Gets how many messages are fetched ahead.</summary>
    public required int PrefetchCount { get; init; }
}
