using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>A message that a function works on.</summary>
/// <param name="message">The message.</param>
/// <param name="settler">Where it was received and can be settled.</param>
internal sealed class HeldMessage(ServiceBusReceivedMessage message, IMessageSettler settler)
{
    public ServiceBusReceivedMessage Message => message;

    /// <summary>Gets whether it was settled: completed, abandoned, deferred or dead-lettered.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Removes it.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => SettleAsync(settler.CompleteAsync(message, cancellationToken));

    public Task AbandonAsync(IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        SettleAsync(settler.AbandonAsync(message, properties, cancellationToken));

    /// <summary>Defers it: it can be received by its sequence number only.</summary>
    public Task DeferAsync(IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        SettleAsync(settler.DeferAsync(message, properties, cancellationToken));

    /// <summary>Moves it to the dead-letter queue.</summary>
    public Task DeadLetterAsync(
        Dictionary<string, object>? properties, string? reason, string? description, CancellationToken cancellationToken) =>
        SettleAsync(settler.DeadLetterAsync(message, properties, reason, description, cancellationToken));

    public Task RenewLockAsync(CancellationToken cancellationToken) => settler.RenewLockAsync(message, cancellationToken);

    private async Task SettleAsync(Task settling)
    {
        await settling;
        IsSettled = true;
    }
}
