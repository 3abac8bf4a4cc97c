using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using IntegrationHub.LocalPlatform.ServiceBus.Rules;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>The management node of one entity: what the client does by requests and answers.</summary>
internal sealed class ManagementNode(Broker broker, string path)
{
    private const int Ok = 200;
    private const int NoContent = 204;

    public async Task<AmqpMessage> AnswerAsync(AmqpMessage message)
    {
        try
        {
            var request = new ManagementRequest(message);
            var answer = await AnswerAsync(request);
            return answer is null ? Response(NoContent, "No content", null) : Response(Ok, "OK", answer);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Without an answer the client would wait until its timeout.
            var refusal = AmqpErrors.AsRefusal(e);
            var response = Response(refusal.Error.Status, refusal.Message, null);
            response.ApplicationProperties.Map["errorCondition"] = new AmqpSymbol(refusal.Error.Condition);
            return response;
        }
    }

    private static AmqpMessage Response(int status, string description, AmqpMap? content)
    {
        var response = content is null ? AmqpMessage.Create() : AmqpMessage.Create(new AmqpValue { Value = content });
        response.ApplicationProperties.Map["statusCode"] = status;
        response.ApplicationProperties.Map["statusDescription"] = description;
        return response;
    }

    private static AmqpMap Map(string key, object? value) => new() { [new MapKey(key)] = value };

    /// <summary>Returns the answer; null when there is none.</summary>
    private Task<AmqpMap?> AnswerAsync(ManagementRequest request) => request.Operation switch
    {
        "com.microsoft:peek-message" => PeekAsync(request),
        "com.microsoft:renew-lock" => RenewAsync(request),
        "com.microsoft:schedule-message" => ScheduleAsync(request),
        "com.microsoft:cancel-scheduled-message" => CancelAsync(request),
        "com.microsoft:receive-by-sequence-number" => ReceiveDeferredAsync(request),
        "com.microsoft:update-disposition" => SettleAsync(request),
        "com.microsoft:renew-session-lock" => RenewSessionAsync(request),
        "com.microsoft:get-session-state" => GetSessionStateAsync(request),
        "com.microsoft:set-session-state" => SetSessionStateAsync(request),
        "com.microsoft:add-rule" => AddRuleAsync(request),
        "com.microsoft:remove-rule" => RemoveRuleAsync(request),
        "com.microsoft:enumerate-rules" => EnumerateRulesAsync(request),
        var operation =>
            throw new BusException(BusError.NotImplemented, $"The local Service Bus does not support the operation '{operation}'."),
    };

    private Task<T> RunAsync<T>(Func<BrokerState, T> work) => broker.RunAsync(state =>
    {
        state.Faults.OnRequest(path);
        return work(state);
    });

    private async Task<AmqpMap?> PeekAsync(ManagementRequest request)
    {
        var from = request.Required<long>("from-sequence-number");
        var count = request.Required<int>("message-count");
        var session = request.Optional<string>("session-id");
        var messages = await RunAsync(state => state.Queue(path).Peek(from, count, session));
        return messages.Count == 0
            ? null
            : Map(
                "messages",
                messages.ConvertAll(static message => (object)Map("message", MessageWriter.Join(MessageWriter.WritePeeked(message)))));
    }

    private async Task<AmqpMap?> RenewAsync(ManagementRequest request)
    {
        var tokens = request.Required<Guid[]>("lock-tokens");
        var ends = await RunAsync(state =>
        {
            var queue = state.Queue(path);
            return tokens.Select(token =>
            {
                state.Faults.OnSettle(queue, token);
                return new DateTime(queue.Renew(token), DateTimeKind.Utc);
            }).ToArray();
        });
        return Map("expirations", ends);
    }

    private async Task<AmqpMap?> ScheduleAsync(ManagementRequest request)
    {
        broker.Router.RequireTarget(path);
        var messages = request.Required<IEnumerable<object>>("messages")
            .Select(static entry => ManagementRequest.Required<ArraySegment<byte>>((AmqpMap)entry, "message").ToArray())
            .Select(content => MessageReader.Read(broker.Router, path, content))
            .ToList();
        if (messages.Exists(static message => message.Content.Length > IncomingLink.MaxMessageSize))
        {
            throw new BusException(BusError.MessageSizeExceeded, $"A message has more than {IncomingLink.MaxMessageSize} bytes.");
        }

        return Map("sequence-numbers", await RunAsync(state => state.Send(path, messages)));
    }

    private async Task<AmqpMap?> CancelAsync(ManagementRequest request)
    {
        var sequences = request.Required<long[]>("sequence-numbers");
        return await RunAsync(state =>
        {
            state.Entity(path).Cancel(sequences);
            return new AmqpMap();
        });
    }

    private async Task<AmqpMap?> ReceiveDeferredAsync(ManagementRequest request)
    {
        var sequences = request.Required<long[]>("sequence-numbers");
        var mode = request.Required<uint>("receiver-settle-mode") == 0 ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock;
        var session = request.Optional<string>("session-id");
        var messages = await RunAsync(state => state.Queue(path).TakeDeferred(sequences, session, request.LinkName, mode));
        return Map("messages", messages.ConvertAll(static message => (object)new AmqpMap
        {
            [new MapKey("message")] = MessageWriter.Join(MessageWriter.Write(message)),
            [new MapKey("lock-token")] = message.LockToken,
        }));
    }

    private async Task<AmqpMap?> SettleAsync(ManagementRequest request)
    {
        var tokens = request.Required<Guid[]>("lock-tokens");
        var settlement = request.Required<string>("disposition-status") switch
        {
            "completed" => Settlement.Complete,
            "abandoned" => Settlement.Abandon,
            "defered" => Settlement.Defer, // The client spells it so.
            "suspended" => Settlement.DeadLetter,
            var status =>
                throw new BusException(BusError.NotImplemented, $"The local Service Bus does not support the disposition '{status}'."),
        };
        var changes = new Dictionary<string, object?>(SettlementChanges.Of(request.Optional<AmqpMap>("properties-to-modify")));
        AddTo(changes, MessageFields.DeadLetterReason, request.Optional<string>("deadletter-reason"));
        AddTo(changes, MessageFields.DeadLetterDescription, request.Optional<string>("deadletter-description"));
        return await RunAsync(state =>
        {
            foreach (var token in tokens)
            {
                state.Settle(path, token, settlement, changes);
            }

            return new AmqpMap();
        });
    }

    private static void AddTo(Dictionary<string, object?> changes, string name, string? value)
    {
        if (value is not null)
        {
            changes[name] = value;
        }
    }

    private async Task<AmqpMap?> RenewSessionAsync(ManagementRequest request)
    {
        var session = request.Required<string>("session-id");
        var end = await RunAsync(state => state.Queue(path).RenewSession(session, request.LinkName));
        return Map("expiration", new DateTime(end, DateTimeKind.Utc));
    }

    private async Task<AmqpMap?> GetSessionStateAsync(ManagementRequest request)
    {
        var session = request.Required<string>("session-id");
        var value = await RunAsync(state => state.Queue(path).SessionState(session, request.LinkName));
        return Map("session-state", value is null ? null : (object)new ArraySegment<byte>(value));
    }

    private async Task<AmqpMap?> SetSessionStateAsync(ManagementRequest request)
    {
        var session = request.Required<string>("session-id");
        var value = request.Optional<ArraySegment<byte>?>("session-state")?.ToArray();
        if (value?.Length > IncomingLink.MaxMessageSize)
        {
            throw new BusException(BusError.QuotaExceeded, $"A session's state has at most {IncomingLink.MaxMessageSize} bytes.");
        }

        return await RunAsync(state =>
        {
            state.Queue(path).SetSessionState(session, request.LinkName, value);
            return new AmqpMap();
        });
    }

    private async Task<AmqpMap?> AddRuleAsync(ManagementRequest request)
    {
        Rule rule;
        try
        {
            rule = RuleCodec.Read(request.Required<AmqpMap>("rule-description"), request.Required<string>("rule-name"));
        }
        catch (FormatException e)
        {
            throw new BusException(BusError.Argument, e.Message);
        }

        return await RunAsync(state =>
        {
            state.Rules.Add(path, rule);
            return new AmqpMap();
        });
    }

    private async Task<AmqpMap?> RemoveRuleAsync(ManagementRequest request)
    {
        var name = request.Required<string>("rule-name");
        return await RunAsync(state =>
        {
            state.Rules.Remove(path, name);
            return new AmqpMap();
        });
    }

    private async Task<AmqpMap?> EnumerateRulesAsync(ManagementRequest request)
    {
        var skip = request.Required<int>("skip");
        var top = request.Required<int>("top");
        var rules = await RunAsync(state => state.Rules.Rules(path).Skip(skip).Take(top).ToList());
        return rules.Count == 0
            ? null
            : Map("rules", rules.ConvertAll(static rule => (object)Map("rule-description", RuleCodec.Describe(rule))));
    }
}
