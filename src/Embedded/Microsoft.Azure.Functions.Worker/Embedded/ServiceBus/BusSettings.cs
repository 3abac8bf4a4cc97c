namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>How a function takes its messages, from its trigger and host.json.</summary>
/// <param name="AutoComplete">Whether what a function that succeeded did not settle is completed.</param>
/// <param name="IsBatched">Whether an invocation gets a batch.</param>
/// <param name="Concurrency">How many invocations at once; one for batches.</param>
/// <param name="BatchSize">How many messages an invocation gets at most.</param>
/// <param name="PrefetchCount">How many messages the receiver fetches ahead.</param>
/// <param name="LockRenewal">For how long a message's lock is renewed; batches' are not.</param>
internal sealed record BusSettings(bool AutoComplete, bool IsBatched, int Concurrency, int BatchSize, int PrefetchCount, TimeSpan LockRenewal)
{
    /// <summary>Reads them.</summary>
    public static BusSettings Read(ServiceBusTriggerAttribute trigger, HostSettings host) => new(
        trigger.SaidAutoComplete ?? host.ServiceBus("autoCompleteMessages", true),
        trigger.IsBatched,
        trigger.IsBatched ? 1 : host.ServiceBus("maxConcurrentCalls", 16 * Environment.ProcessorCount),
        trigger.IsBatched ? host.ServiceBus("maxMessageBatchSize", 1000) : 1,
        host.ServiceBus("prefetchCount", 0),
        trigger.IsBatched ? TimeSpan.Zero : host.ServiceBus("maxAutoLockRenewalDuration", TimeSpan.FromMinutes(5)));
}
