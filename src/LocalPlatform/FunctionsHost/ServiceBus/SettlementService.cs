using Azure.Messaging.ServiceBus;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using Microsoft.Azure.Amqp;
using RpcException = Grpc.Core.RpcException;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>Settles messages for the functions that hold them.</summary>
internal sealed class SettlementService(MessageLocks locks) : Settlement.SettlementBase
{
    /// <inheritdoc/>
    public override Task<Empty> Complete(LockRequest request, ServerCallContext context) =>
        SettleAsync(request.LockToken, message => message.CompleteAsync(context.CancellationToken));

    /// <inheritdoc/>
    public override Task<Empty> Abandon(ChangeRequest request, ServerCallContext context) =>
        SettleAsync(request.LockToken, message => message.AbandonAsync(Decode(request.Properties), context.CancellationToken));

    /// <inheritdoc/>
    public override Task<Empty> Defer(ChangeRequest request, ServerCallContext context) =>
        SettleAsync(request.LockToken, message => message.DeferAsync(Decode(request.Properties), context.CancellationToken));

    /// <inheritdoc/>
    public override Task<Empty> Deadletter(DeadLetterRequest request, ServerCallContext context) => SettleAsync(
        request.LockToken,
        message => message.DeadLetterAsync(Decode(request.Properties), request.Reason, request.Description, context.CancellationToken));

    /// <inheritdoc/>
    public override Task<Empty> RenewMessageLock(LockRequest request, ServerCallContext context) =>
        SettleAsync(request.LockToken, message => message.RenewLockAsync(context.CancellationToken));

    private async Task<Empty> SettleAsync(string lockToken, Func<HeldMessage, Task> settle)
    {
        if (!locks.TryFind(lockToken, out var message))
        {
            throw new RpcException(
                new(StatusCode.FailedPrecondition, $"No running function holds a message with the lock token {lockToken}."));
        }

        try
        {
            await settle(message);
            return new();
        }
        catch (Exception e) when (e is ServiceBusException or InvalidOperationException)
        {
            throw new RpcException(new(StatusCode.Unknown, $"{e.GetType().Name}: {e.Message}"));
        }
    }

    private static Dictionary<string, object>? Decode(ByteString properties)
    {
        if (properties.IsEmpty)
        {
            return null;
        }

        using var buffer = new ByteBuffer(properties.ToByteArray(), 0, properties.Length);
        return AmqpCodec.DecodeMap(buffer).ToDictionary(each => each.Key.ToString()!, each => each.Value);
    }
}
