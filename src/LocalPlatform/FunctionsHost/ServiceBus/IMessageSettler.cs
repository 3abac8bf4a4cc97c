using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>Settles messages through whatever received them.</summary>
internal interface IMessageSettler
{
    /// <summary>Removes a message.</summary>
    Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken);

    Task AbandonAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken);

    /// <summary>Defers a message: it can be received by its sequence number only.</summary>
    Task DeferAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken);

    /// <summary>Moves a message to the dead-letter queue.</summary>
    Task DeadLetterAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? properties,
        string? reason,
        string? description,
        CancellationToken cancellationToken);

    Task RenewLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken);
}

/// <summary>Settles through the arguments of a processor, which then knows not to renew the lock any more.</summary>
internal sealed class ProcessorSettler(ProcessMessageEventArgs args) : IMessageSettler
{
    /// <inheritdoc/>
    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        args.CompleteMessageAsync(message, cancellationToken);

    /// <inheritdoc/>
    public Task AbandonAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        args.AbandonMessageAsync(message, properties, cancellationToken);

    /// <inheritdoc/>
    public Task DeferAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        args.DeferMessageAsync(message, properties, cancellationToken);

    /// <inheritdoc/>
    public Task DeadLetterAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? properties,
        string? reason,
        string? description,
        CancellationToken cancellationToken) =>
        args.DeadLetterMessageAsync(message, properties ?? [], reason, description, cancellationToken);

    /// <inheritdoc/>
    public Task RenewLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        args.RenewMessageLockAsync(message, cancellationToken);
}

/// <summary>Settles through a receiver.</summary>
internal sealed class ReceiverSettler(ServiceBusReceiver receiver) : IMessageSettler
{
    /// <inheritdoc/>
    public Task CompleteAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        receiver.CompleteMessageAsync(message, cancellationToken);

    /// <inheritdoc/>
    public Task AbandonAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        receiver.AbandonMessageAsync(message, properties, cancellationToken);

    /// <inheritdoc/>
    public Task DeferAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? properties, CancellationToken cancellationToken) =>
        receiver.DeferMessageAsync(message, properties, cancellationToken);

    /// <inheritdoc/>
    public Task DeadLetterAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? properties,
        string? reason,
        string? description,
        CancellationToken cancellationToken) =>
        receiver.DeadLetterMessageAsync(message, properties ?? [], reason, description, cancellationToken);

    /// <inheritdoc/>
    public Task RenewLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken) =>
        receiver.RenewMessageLockAsync(message, cancellationToken);
}
