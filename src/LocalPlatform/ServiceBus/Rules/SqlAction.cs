using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// Changes the copy of a message: <c>SET property = expression; REMOVE property</c>. Each statement sees what the one
/// before did.
/// </summary>
internal sealed class SqlAction
{
    private const int MaxLength = 1024;
    private readonly List<SqlStatement> _statements;

    private SqlAction(string text, List<SqlStatement> statements)
    {
        Text = text;
        _statements = statements;
    }

    /// <summary>Gets the action as it was written.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">The text is not a valid action; the message says where and why.</exception>
    public static SqlAction Parse(string text) => text.Length > MaxLength
        ? throw new FormatException($"A SQL action has at most {MaxLength} characters, this one has {text.Length}.")
        : new(text, new SqlParser(SqlTokens.Of(text)).ParseAction());

    /// <summary>Returns the message with the changes.</summary>
    public byte[] Apply(byte[] message) => _statements.Aggregate(message, static (content, statement) => statement.Apply(content));
}

/// <summary>Sets or removes one property.</summary>
/// <param name="Property">The name of the property.</param>
/// <param name="IsSystem">Whether it is one of the standard properties.</param>
/// <param name="Value">What it is set to; null removes it.</param>
internal sealed record SqlStatement(string Property, bool IsSystem, SqlExpression? Value)
{
    private static readonly Dictionary<string, Action<Properties, string?>> Setters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["MessageId"] = static (properties, value) => properties.MessageId = value,
        ["CorrelationId"] = static (properties, value) => properties.CorrelationId = value,
        ["Label"] = static (properties, value) => properties.Subject = value,
        ["Subject"] = static (properties, value) => properties.Subject = value,
        ["To"] = static (properties, value) => properties.To = value,
        ["ReplyTo"] = static (properties, value) => properties.ReplyTo = value,
        ["ContentType"] = static (properties, value) => properties.ContentType = value,
        ["SessionId"] = static (properties, value) => properties.GroupId = value,
        ["ReplyToSessionId"] = static (properties, value) => properties.ReplyToGroupId = value,
    };

    public static bool IsSettable(string systemProperty) => Setters.ContainsKey(systemProperty);

    public byte[] Apply(byte[] message)
    {
        var fields = new MessageFields(message);
        var value = Value?.Invoke(fields);
        return IsSystem
            ? fields.WithProperties(properties => Setters[Property](properties, value?.ToString()))
            : fields.WithApplicationProperties(
                new Dictionary<string, object?> { [Property] = Value is null ? MessageFields.Removed : value });
    }
}
