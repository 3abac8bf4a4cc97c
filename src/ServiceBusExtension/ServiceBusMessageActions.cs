using Azure.Messaging.ServiceBus;
using Google.Protobuf;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Wire;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Settles messages that the function holds under lock, through the Functions host.</summary>
/// <remarks>
/// Every call throws <see cref="Grpc.Core.RpcException"/> when the host refuses, for example because the lock is lost.
/// </remarks>
[InputConverter(typeof(ServiceBusMessageActionsConverter))]
public class ServiceBusMessageActions
{
    private readonly Settlement.SettlementClient _host;

    internal ServiceBusMessageActions(Settlement.SettlementClient host) => _host = host;

    /// <summary>For test doubles, which override every method.</summary>
    protected ServiceBusMessageActions() => _host = null!;

    /// <summary>Removes the message from its entity.</summary>
    public virtual async Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await _host.CompleteAsync(new() { LockToken = message.LockToken }, cancellationToken: cancellationToken);
    }

    /// <summary>Abandons the message, so that it is delivered again at once.</summary>
    public virtual async Task AbandonMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ChangeRequest request = new() { LockToken = message.LockToken, Properties = Encode(propertiesToModify) };
        await _host.AbandonAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Moves the message to the dead-letter queue.</summary>
    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = default,
        string? deadLetterReason = default,
        string? deadLetterErrorDescription = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        DeadLetterRequest request = new()
        {
            LockToken = message.LockToken,
            Properties = Encode(propertiesToModify),
            Reason = deadLetterReason,
            Description = deadLetterErrorDescription,
        };
        await _host.DeadletterAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Defers the message: it can be received by its sequence number only.</summary>
    public virtual async Task DeferMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ChangeRequest request = new() { LockToken = message.LockToken, Properties = Encode(propertiesToModify) };
        await _host.DeferAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Renews the lock by the entity's lock duration.</summary>
    public virtual async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await _host.RenewMessageLockAsync(new() { LockToken = message.LockToken }, cancellationToken: cancellationToken);
    }

    private static ByteString Encode(IDictionary<string, object>? properties)
    {
        if (properties is null)
        {
            return ByteString.Empty;
        }

        var map = new AmqpMap();
        foreach (var (key, value) in properties)
        {
            map[new MapKey(key)] = value;
        }

        using var buffer = new ByteBuffer(256, autoGrow: true);
        AmqpCodec.EncodeMap(map, buffer);
        return ByteString.CopyFrom(buffer.Buffer, 0, buffer.Length);
    }
}
