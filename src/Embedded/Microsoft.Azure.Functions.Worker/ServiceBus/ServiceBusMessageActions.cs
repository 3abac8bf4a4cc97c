using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Settles the messages that a function was given. A message settled here is left alone by the host afterwards.</summary>
public class ServiceBusMessageActions
{
    private readonly ConcurrentDictionary<string, bool> _settled = [];
    private readonly ServiceBusReceiver? _receiver;

    internal ServiceBusMessageActions(ServiceBusReceiver receiver) => _receiver = receiver;

    /// <summary>For test doubles; their methods have to be overridden.</summary>
    protected ServiceBusMessageActions()
    {
    }

    private ServiceBusReceiver Receiver => _receiver ?? throw new InvalidOperationException("These message actions belong to no receiver.");

    /// <summary>Says that the message is done with.</summary>
    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(message, () => Receiver.CompleteMessageAsync(message, cancellationToken));

    /// <summary>Gives the message back; it is delivered again at once, and that counts.</summary>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default) =>
        SettleAsync(message, () => Receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken));

    /// <summary>Puts the message aside for a person to look at.</summary>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = default,
        string? deadLetterReason = default,
        string? deadLetterErrorDescription = default,
        CancellationToken cancellationToken = default) =>
        SettleAsync(message, () => deadLetterReason is null
            ? Receiver.DeadLetterMessageAsync(message, propertiesToModify, cancellationToken)
            : Receiver.DeadLetterMessageAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken));

    /// <summary>Puts the message aside until somebody asks for it by its sequence number.</summary>
    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default) =>
        SettleAsync(message, () => Receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken));

    /// <summary>Keeps the message locked for another lock duration.</summary>
    public virtual Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        Receiver.RenewMessageLockAsync(message, cancellationToken);

    /// <summary>Whether the function has settled the message.</summary>
    internal bool IsSettled(ServiceBusReceivedMessage message) => _settled.ContainsKey(message.LockToken);

    private async Task SettleAsync(ServiceBusReceivedMessage message, Func<Task> settle)
    {
        await settle();
        _settled[message.LockToken] = true;
    }
}
