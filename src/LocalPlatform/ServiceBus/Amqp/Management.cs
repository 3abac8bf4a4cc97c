using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>The $management node of one entity.</summary>
internal sealed class Management(AmqpFront front, string path)
{
    public async Task<AmqpMessage> AnswerAsync(AmqpMessage request)
    {
        var operation = request.ApplicationProperties.Map["operation"] as string ?? "";
        var map = request.ValueBody?.Value as AmqpMap ?? new AmqpMap();
        try
        {
            if (AmqpFront.Trace) Console.WriteLine($"management {path} {operation} {string.Join(", ", map.Select(p => $"{p.Key.Key}={p.Value}({p.Value?.GetType().Name})"))}");
            return operation switch
            {
                "com.microsoft:peek-message" => await PeekAsync((long)map[new MapKey("from-sequence-number")], (int)map[new MapKey("message-count")]),
                "com.microsoft:renew-lock" => await RenewAsync((Guid[])map[new MapKey("lock-tokens")]),
                "com.microsoft:schedule-message" => await ScheduleAsync((IEnumerable<object>)map[new MapKey("messages")]),
                "com.microsoft:cancel-scheduled-message" => await CancelAsync((long[])map[new MapKey("sequence-numbers")]),
                "com.microsoft:receive-by-sequence-number" => await DeferredAsync((long[])map[new MapKey("sequence-numbers")], Convert.ToUInt32(map[new MapKey("receiver-settle-mode")])),
                "com.microsoft:update-disposition" => await SettleAsync(map),
                _ => Answer(501, "amqp:not-implemented", $"The operation {operation} is not known.", null),
            };
        }
        catch (BusException e)
        {
            return Answer(e.Status, e.Condition, e.Message, null);
        }
    }

    private async Task<AmqpMessage> PeekAsync(long from, int count)
    {
        var messages = await front.Broker.RunAsync(state => state.Queue(path).Peek(from, count));
        return messages.Count == 0 ? Answer(204, null, "No content", null) : Ok("messages", messages.ConvertAll(static message => (object)new AmqpMap
        {
            [new MapKey("message")] = Wire.Joined(Wire.ToParts(message, true)),
        }));
    }

    private async Task<AmqpMessage> RenewAsync(Guid[] tokens) =>
        Ok("expirations", await front.Broker.RunAsync(state => tokens.Select(token => state.Queue(path).Renew(token).UtcDateTime).ToArray()));

    private async Task<AmqpMessage> ScheduleAsync(IEnumerable<object> messages)
    {
        var incoming = messages.Select(entry => Wire.ToIncoming(front.Broker.Topology, path, ((ArraySegment<byte>)((AmqpMap)entry)[new MapKey("message")]).ToArray())).ToList();
        return Ok("sequence-numbers", await front.Broker.RunAsync(state => incoming.Select(state.Entity(path).Accept).ToArray()));
    }

    private async Task<AmqpMessage> CancelAsync(long[] sequences)
    {
        await front.Broker.RunAsync(state => { state.Entity(path).Cancel(sequences); return true; });
        return Ok();
    }

    private async Task<AmqpMessage> DeferredAsync(long[] sequences, uint mode)
    {
        var taken = await front.Broker.RunAsync(state => state.Queue(path).TakeDeferred(sequences, mode == 0 ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock));
        return Ok("messages", taken.ConvertAll(static message => (object)new AmqpMap
        {
            [new MapKey("message")] = Wire.Joined(Wire.ToParts(message, false)),
            [new MapKey("lock-token")] = message.Delivery.LockToken,
        }));
    }

    private async Task<AmqpMessage> SettleAsync(AmqpMap map)
    {
        var tokens = (Guid[])map[new MapKey("lock-tokens")];
        var changes = new Dictionary<string, object?>(OutboundLink.Changes(map[new MapKey("properties-to-modify")] as AmqpMap));
        if (map[new MapKey("deadletter-reason")] is string reason) changes["DeadLetterReason"] = reason;
        if (map[new MapKey("deadletter-description")] is string description) changes["DeadLetterErrorDescription"] = description;
        await front.Broker.RunAsync(state =>
        {
            var queue = state.Queue(path);
            foreach (var token in tokens)
            {
                switch (map[new MapKey("disposition-status")] as string)
                {
                    case "completed": queue.Complete(token); break;
                    case "abandoned": queue.Abandon(token, changes); break;
                    case "defered": queue.Defer(token, changes); break;
                    case "suspended": queue.DeadLetter(token, changes); break;
                }
            }
            return true;
        });
        return Ok();
    }

    private static AmqpMessage Ok(string? key = null, object? value = null)
    {
        var map = new AmqpMap();
        if (key is not null) map[new MapKey(key)] = value;
        return Answer(200, null, "OK", map);
    }

    private static AmqpMessage Answer(int status, string? condition, string description, AmqpMap? map)
    {
        var response = map is null ? AmqpMessage.Create() : AmqpMessage.Create(new AmqpValue { Value = map });
        response.ApplicationProperties.Map["statusCode"] = status;
        response.ApplicationProperties.Map["statusDescription"] = description;
        if (condition is not null) response.ApplicationProperties.Map["errorCondition"] = new AmqpSymbol(condition);
        return response;
    }
}
