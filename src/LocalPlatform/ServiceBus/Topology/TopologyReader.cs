using System.Text.Json;
using System.Xml;
using IntegrationHub.LocalPlatform.ServiceBus.Filters;

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>Reads a topology file. Every fault is an <see cref="InvalidDataException"/> that names the file and the field.</summary>
internal sealed class TopologyReader
{
    private const int MaxNameLength = 260;
    private const int MaxMaxDeliveryCount = 2000;
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
            "requiresDuplicateDetection",
            "duplicateDetectionHistoryTimeWindow");
        return Common(queue, at, Name(queue, at)) with { DuplicateWindow = DuplicateWindow(queue, at) };
    }

    private TopicTopology Topic(JsonElement topic, string at)
    {
        OnlyFields(topic, at, "name", "defaultMessageTimeToLive", "requiresDuplicateDetection", "duplicateDetectionHistoryTimeWindow", "subscriptions");
        var name = Name(topic, at);
        var subscriptions = Items(topic, at, "subscriptions", (subscription, place) => Subscription(subscription, place, name));
        OnlyOnce([.. subscriptions.Select(subscription => subscription.Queue.Path)], $"{at}.subscriptions");
        return new(name, TimeToLive(topic, at), DuplicateWindow(topic, at), subscriptions);
    }

    private SubscriptionTopology Subscription(JsonElement subscription, string at, string topic)
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
            "rules");

        // No filter can fail here: what Azure calls an evaluation error is unknown, so no match. The setting is only checked.
        Flag(subscription, at, "deadLetteringOnFilterEvaluationExceptions");
        var queue = Common(subscription, at, EntityPath.OfSubscription(topic, Name(subscription, at)));
        return new(queue, Items(subscription, at, "rules", Rule));
    }

    private IMessageFilter Rule(JsonElement rule, string at)
    {
        OnlyFields(rule, at, "name", "sqlFilter", "correlationFilter");
        Name(rule, at);
        var sql = rule.TryGetProperty("sqlFilter", out _);
        if (sql == rule.TryGetProperty("correlationFilter", out var correlation))
        {
            throw Fault(at, "has to have either 'sqlFilter' or 'correlationFilter'.");
        }

        try
        {
            return sql ? SqlFilter.Parse(Text(rule, at, "sqlFilter")!) : Correlation(correlation, $"{at}.correlationFilter");
        }
        catch (FormatException e)
        {
            throw Fault($"{at}.sqlFilter", e.Message, e);
        }
    }

    private CorrelationFilter Correlation(JsonElement filter, string at)
    {
        OnlyFields(filter, at, "correlationId", "messageId", "to", "replyTo", "label", "sessionId", "replyToSessionId", "contentType", "properties");
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

    private QueueTopology Common(JsonElement entity, string at, string path)
    {
        var lockDuration = Duration(entity, at, "lockDuration") ?? TimeSpan.FromMinutes(1);
        if (lockDuration > MaxLockDuration)
        {
            throw Fault($"{at}.lockDuration", $"is {lockDuration}, more than {MaxLockDuration}.");
        }

        return new(
            path,
            lockDuration,
            MaxDeliveryCount(entity, at),
            TimeToLive(entity, at),
            Flag(entity, at, "deadLetteringOnMessageExpiration"),
            DuplicateWindow: null);
    }

    private int MaxDeliveryCount(JsonElement entity, string at)
    {
        if (!entity.TryGetProperty("maxDeliveryCount", out var field))
        {
            return 10;
        }

        return field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var count) && count is >= 1 and <= MaxMaxDeliveryCount
            ? count
            : throw Fault($"{at}.maxDeliveryCount", $"has to be a whole number from 1 to {MaxMaxDeliveryCount}.");
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

        return flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Fault($"{at}.{field}", "has to be true or false.");
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
            throw Fault($"{at}.{field}", $"is '{text}', which is no ISO 8601 duration such as PT1M.", e);
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
                throw Fault(at.Length == 0 ? field.Name : $"{at}.{field.Name}", $"is not known here; known are {string.Join(", ", known)}.");
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
