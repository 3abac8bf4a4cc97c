using System.Text.Json;
using System.Xml;
using IntegrationHub.LocalPlatform.ServiceBus.Rules;

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>
/// Reads a topology file. Every fault is an <see cref="InvalidDataException"/> that names the file and the field.
/// </summary>
internal sealed class TopologyReader
{
    private const int MaxNameLength = 260;
    private const int MaxMaxDeliveryCount = 2000;
    private const int MaxSizeInMegabytes = 81920;
    private const int DefaultSizeInMegabytes = 1024;
    private static readonly TimeSpan MaxLockDuration = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxDuplicateWindow = TimeSpan.FromDays(7);
    private readonly string _file;

    private TopologyReader(string file) => _file = file;

    public static BusTopology Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"The topology file '{file}' does not exist.", file);
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return new TopologyReader(file).Topology(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file} is not JSON: {e.Message}", e);
        }
    }

    private BusTopology Topology(JsonElement root)
    {
        OnlyFields(root, "", "queues", "topics");
        var queues = Items(root, "", "queues", Queue);
        var topics = Items(root, "", "topics", Topic);
        OnlyOnce([.. queues.Select(queue => queue.Path), .. topics.Select(topic => topic.Path)], "queues and topics");
        return new(queues, topics);
    }

    private QueueTopology Queue(JsonElement queue, string at)
    {
        OnlyFields(
            queue,
            at,
            "name",
            "lockDuration",
            "maxDeliveryCount",
            "defaultMessageTimeToLive",
            "deadLetteringOnMessageExpiration",
            "requiresSession",
            "requiresDuplicateDetection",
            "duplicateDetectionHistoryTimeWindow",
            "maxSizeInMegabytes");
        return Common(queue, at, Name(queue, at), MaxBytes(queue, at)) with { DuplicateWindow = DuplicateWindow(queue, at) };
    }

    private TopicTopology Topic(JsonElement topic, string at)
    {
        OnlyFields(
            topic,
            at,
            "name",
            "defaultMessageTimeToLive",
            "requiresDuplicateDetection",
            "duplicateDetectionHistoryTimeWindow",
            "maxSizeInMegabytes",
            "subscriptions");
        var name = Name(topic, at);
        var maxBytes = MaxBytes(topic, at);
        var subscriptions = Items(topic, at, "subscriptions", (subscription, place) => Subscription(subscription, place, name, maxBytes));
        OnlyOnce([.. subscriptions.Select(subscription => subscription.Queue.Path)], $"{at}.subscriptions");
        return new(name, TimeToLive(topic, at), DuplicateWindow(topic, at), maxBytes, subscriptions);
    }

    private SubscriptionTopology Subscription(JsonElement subscription, string at, string topic, long maxBytes)
    {
        OnlyFields(
            subscription,
            at,
            "name",
            "lockDuration",
            "maxDeliveryCount",
            "defaultMessageTimeToLive",
            "deadLetteringOnMessageExpiration",
            "deadLetteringOnFilterEvaluationExceptions",
            "requiresSession",
            "rules");

        // No filter can fail here: what Azure calls an evaluation error is unknown, so no match. The setting is only
        // checked.
        Flag(subscription, at, "deadLetteringOnFilterEvaluationExceptions");
        var queue = Common(subscription, at, EntityPath.OfSubscription(topic, Name(subscription, at)), maxBytes);
        var rules = Items(subscription, at, "rules", Rule);
        OnlyOnce([.. rules.Select(rule => rule.Name)], $"{at}.rules");
        var text = subscription.TryGetProperty("rules", out var written) ? written.GetRawText() : "";
        return new(queue, rules.Count == 0 ? [Rules.Rule.TakeAll] : rules, text);
    }

    private Rule Rule(JsonElement rule, string at)
    {
        OnlyFields(rule, at, "name", "sqlFilter", "correlationFilter", "sqlAction");
        var hasSql = rule.TryGetProperty("sqlFilter", out _);
        if (hasSql == rule.TryGetProperty("correlationFilter", out var correlation))
        {
            throw Fault(at, "has to have either 'sqlFilter' or 'correlationFilter'.");
        }

        IMessageFilter filter = hasSql
            ? Parsed(rule, at, "sqlFilter", SqlFilter.Parse)
            : Correlation(correlation, $"{at}.correlationFilter");
        var action = rule.TryGetProperty("sqlAction", out _) ? Parsed(rule, at, "sqlAction", SqlAction.Parse) : null;
        return new(Name(rule, at), filter, action);
    }

    private T Parsed<T>(JsonElement rule, string at, string field, Func<string, T> parse)
    {
        try
        {
            return parse(Text(rule, at, field)!);
        }
        catch (FormatException e)
        {
            throw Fault($"{at}.{field}", e.Message, e);
        }
    }

    private CorrelationFilter Correlation(JsonElement filter, string at)
    {
        OnlyFields(
            filter,
            at,
            "correlationId",
            "messageId",
            "to",
            "replyTo",
            "label",
            "sessionId",
            "replyToSessionId",
            "contentType",
            "properties");
        var wanted = new CorrelationFilter
        {
            CorrelationId = Text(filter, at, "correlationId"),
            MessageId = Text(filter, at, "messageId"),
            To = Text(filter, at, "to"),
            ReplyTo = Text(filter, at, "replyTo"),
            Label = Text(filter, at, "label"),
            SessionId = Text(filter, at, "sessionId"),
            ReplyToSessionId = Text(filter, at, "replyToSessionId"),
            ContentType = Text(filter, at, "contentType"),
            Properties = Properties(filter, at),
        };
        return filter.EnumerateObject().Any() ? wanted : throw Fault(at, "names nothing to compare.");
    }

    private Dictionary<string, object> Properties(JsonElement filter, string at)
    {
        if (!filter.TryGetProperty("properties", out var properties))
        {
            return [];
        }

        at = $"{at}.properties";
        return properties.ValueKind != JsonValueKind.Object
            ? throw Fault(at, "has to be an object.")
            : properties.EnumerateObject().ToDictionary(
                property => property.Name,
                property => property.Value.ValueKind == JsonValueKind.String
                    ? (object)property.Value.GetString()!
                    : throw Fault($"{at}.{property.Name}", "has to be a string."));
    }

    private QueueTopology Common(JsonElement entity, string at, string path, long maxBytes)
    {
        var lockDuration = Duration(entity, at, "lockDuration") ?? TimeSpan.FromMinutes(1);
        if (lockDuration > MaxLockDuration)
        {
            throw Fault($"{at}.lockDuration", $"is {lockDuration}, more than {MaxLockDuration}.");
        }

        return new(
            path,
            lockDuration,
            WholeNumber(entity, at, "maxDeliveryCount", MaxMaxDeliveryCount) ?? 10,
            TimeToLive(entity, at),
            Flag(entity, at, "deadLetteringOnMessageExpiration"),
            Flag(entity, at, "requiresSession"),
            DuplicateWindow: null,
            maxBytes);
    }

    private long MaxBytes(JsonElement entity, string at) =>
        (WholeNumber(entity, at, "maxSizeInMegabytes", MaxSizeInMegabytes) ?? DefaultSizeInMegabytes) * 1024L * 1024L;

    private int? WholeNumber(JsonElement entity, string at, string name, int max)
    {
        if (!entity.TryGetProperty(name, out var field))
        {
            return null;
        }

        return field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var number) && number >= 1 && number <= max
            ? number
            : throw Fault($"{at}.{name}", $"has to be a whole number from 1 to {max}.");
    }

    private TimeSpan TimeToLive(JsonElement entity, string at) => Duration(entity, at, "defaultMessageTimeToLive") ?? TimeSpan.MaxValue;

    private TimeSpan? DuplicateWindow(JsonElement entity, string at)
    {
        var window = Duration(entity, at, "duplicateDetectionHistoryTimeWindow") ?? TimeSpan.FromMinutes(10);
        if (window > MaxDuplicateWindow)
        {
            throw Fault($"{at}.duplicateDetectionHistoryTimeWindow", $"is {window}, more than {MaxDuplicateWindow}.");
        }

        return Flag(entity, at, "requiresDuplicateDetection") ? window : null;
    }

    private List<T> Items<T>(JsonElement owner, string at, string field, Func<JsonElement, string, T> read)
    {
        if (!owner.TryGetProperty(field, out var items))
        {
            return [];
        }

        var place = at.Length == 0 ? field : $"{at}.{field}";
        return items.ValueKind == JsonValueKind.Array
            ? [.. items.EnumerateArray().Select((item, index) => read(item, $"{place}[{index}]"))]
            : throw Fault(place, "has to be an array.");
    }

    private string Name(JsonElement owner, string at)
    {
        var name = Text(owner, at, "name");
        return name is { Length: > 0 and <= MaxNameLength } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '$')
            ? name
            : throw Fault($"{at}.name", $"has to be 1 to {MaxNameLength} letters, digits, '-', '_', '.' or '$'.");
    }

    private string? Text(JsonElement owner, string at, string field)
    {
        if (!owner.TryGetProperty(field, out var text))
        {
            return null;
        }

        return text.ValueKind == JsonValueKind.String ? text.GetString() : throw Fault($"{at}.{field}", "has to be a string.");
    }

    private bool Flag(JsonElement owner, string at, string field)
    {
        if (!owner.TryGetProperty(field, out var flag))
        {
            return false;
        }

        return flag.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? flag.GetBoolean()
            : throw Fault($"{at}.{field}", "has to be true or false.");
    }

    private TimeSpan? Duration(JsonElement owner, string at, string field)
    {
        if (Text(owner, at, field) is not { } text)
        {
            return null;
        }

        try
        {
            var duration = XmlConvert.ToTimeSpan(text);
            return duration > TimeSpan.Zero ? duration : throw Fault($"{at}.{field}", $"is '{text}', but has to be more than zero.");
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Fault($"{at}.{field}", $"is '{text}', which is not an ISO 8601 duration such as PT1M.", e);
        }
    }

    private void OnlyFields(JsonElement owner, string at, params ReadOnlySpan<string> known)
    {
        if (owner.ValueKind != JsonValueKind.Object)
        {
            throw Fault(at, "has to be an object.");
        }

        foreach (var field in owner.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                throw Fault(
                    at.Length == 0 ? field.Name : $"{at}.{field.Name}", $"is not known here; known are {string.Join(", ", known)}.");
            }
        }
    }

    private void OnlyOnce(List<string> names, string at)
    {
        if (names.CountBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw Fault(at, $"name '{twice}' more than once.");
        }
    }

    private InvalidDataException Fault(string at, string what, Exception? cause = null) => new($"{_file}: {at} {what}", cause);
}
