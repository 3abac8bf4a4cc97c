using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// Rules as the client's rule manager writes and reads them. The store keeps them in the form that the client writes.
/// </summary>
internal static class RuleCodec
{
    private const ulong RuleDescriptionCode = 0x0000013700000004;
    private const ulong EmptyActionCode = 0x0000013700000005;
    private const ulong SqlActionCode = 0x0000013700000006;
    private const ulong SqlFilterCode = 0x000001370000006;
    private const ulong TrueFilterCode = 0x000001370000007;
    private const ulong FalseFilterCode = 0x000001370000008;
    private const ulong CorrelationFilterCode = 0x000001370000009;
    private const int CompatibilityLevel = 20;

    /// <summary>Reads a rule from the map that the client sends.</summary>
    /// <exception cref="FormatException">It is not a valid rule; the message says why.</exception>
    public static Rule Read(AmqpMap map, string name)
    {
        var action = (Value(map, "sql-rule-action") as AmqpMap) is { } actionMap ? Text(actionMap, "expression") : null;
        return new(name, ReadFilter(map), string.IsNullOrEmpty(action) ? null : SqlAction.Parse(action));
    }

    /// <summary>Returns the rule as the store keeps it.</summary>
    public static byte[] Encode(Rule rule)
    {
        var map = new AmqpMap { [new MapKey("rule-name")] = rule.Name };
        switch (rule.Filter)
        {
            case SqlFilter sql:
                map[new MapKey("sql-filter")] = new AmqpMap { [new MapKey("expression")] = sql.Text };
                break;
            case CorrelationFilter correlation:
                map[new MapKey("correlation-filter")] = Map(correlation);
                break;
            default:
                throw new InvalidOperationException($"Unknown filter {rule.Filter.GetType()}.");
        }

        if (rule.Action is { } action)
        {
            map[new MapKey("sql-rule-action")] = new AmqpMap { [new MapKey("expression")] = action.Text };
        }

        using var buffer = new ByteBuffer(AmqpCodec.GetMapEncodeSize(map), autoGrow: true);
        AmqpCodec.EncodeMap(map, buffer);
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    public static Rule Decode(byte[] encoded)
    {
        var map = AmqpCodec.DecodeMap(new ByteBuffer(encoded, 0, encoded.Length));
        return Read(map, Text(map, "rule-name")!);
    }

    /// <summary>Returns the rule in the form in which the client reads it.</summary>
    public static DescribedType Describe(Rule rule) =>
        Described(RuleDescriptionCode, DescribeFilter(rule.Filter), DescribeAction(rule.Action), rule.Name, null);

    private static IMessageFilter ReadFilter(AmqpMap map)
    {
        if (Value(map, "sql-filter") is AmqpMap sql)
        {
            return SqlFilter.Parse(Text(sql, "expression") ?? throw new FormatException("A SQL filter must have an expression."));
        }

        if (Value(map, "correlation-filter") is not AmqpMap correlation)
        {
            throw new FormatException("The rule must have a SQL filter or a correlation filter.");
        }

        var properties = Value(correlation, "properties") as AmqpMap ?? [];
        return new CorrelationFilter
        {
            CorrelationId = Text(correlation, "correlation-id"),
            MessageId = Text(correlation, "message-id"),
            To = Text(correlation, "to"),
            ReplyTo = Text(correlation, "reply-to"),
            Label = Text(correlation, "label"),
            SessionId = Text(correlation, "session-id"),
            ReplyToSessionId = Text(correlation, "reply-to-session-id"),
            ContentType = Text(correlation, "content-type"),
            Properties = properties.ToDictionary(static pair => pair.Key.Key.ToString()!, static pair => pair.Value),
        };
    }

    private static AmqpMap Map(CorrelationFilter filter) => new()
    {
        [new MapKey("correlation-id")] = filter.CorrelationId,
        [new MapKey("message-id")] = filter.MessageId,
        [new MapKey("to")] = filter.To,
        [new MapKey("reply-to")] = filter.ReplyTo,
        [new MapKey("label")] = filter.Label,
        [new MapKey("session-id")] = filter.SessionId,
        [new MapKey("reply-to-session-id")] = filter.ReplyToSessionId,
        [new MapKey("content-type")] = filter.ContentType,
        [new MapKey("properties")] = Map(filter.Properties),
    };

    private static AmqpMap Map(IReadOnlyDictionary<string, object> properties)
    {
        var map = new AmqpMap();
        foreach (var (name, value) in properties)
        {
            map[new MapKey(name)] = value;
        }

        return map;
    }

    private static DescribedType DescribeFilter(IMessageFilter filter) => filter switch
    {
        SqlFilter { Text: SqlFilter.TrueText } => Described(TrueFilterCode),
        SqlFilter { Text: SqlFilter.FalseText } => Described(FalseFilterCode),
        SqlFilter sql => Described(SqlFilterCode, sql.Text, CompatibilityLevel),
        CorrelationFilter correlation => Described(
            CorrelationFilterCode,
            correlation.CorrelationId,
            correlation.MessageId,
            correlation.To,
            correlation.ReplyTo,
            correlation.Label,
            correlation.SessionId,
            correlation.ReplyToSessionId,
            correlation.ContentType,
            Map(correlation.Properties)),
        _ => throw new InvalidOperationException($"Unknown filter {filter.GetType()}."),
    };

    private static DescribedType DescribeAction(SqlAction? action) =>
        action is null ? Described(EmptyActionCode) : Described(SqlActionCode, action.Text, CompatibilityLevel);

    private static DescribedType Described(ulong code, params object?[] fields) => new(code, new List<object?>(fields));

    private static object? Value(AmqpMap map, string key) => map[new MapKey(key)];

    private static string? Text(AmqpMap map, string key) => Value(map, key)?.ToString();
}
