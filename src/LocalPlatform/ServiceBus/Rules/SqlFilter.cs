using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// A condition over a message's properties in the broker's SQL: three-valued, so what compares with a property that is
/// missing, or of another kind, is neither true nor false, and a message passes only when the whole is true.
/// </summary>
internal sealed class SqlFilter : IMessageFilter
{
    /// <summary>The client's text for a filter that takes everything.</summary>
    public const string TrueText = "1=1";

    /// <summary>The client's text for a filter that takes nothing.</summary>
    public const string FalseText = "1=0";

    private const int MaxLength = 1024;
    private readonly SqlExpression _condition;

    private SqlFilter(string text, SqlExpression condition)
    {
        Text = text;
        _condition = condition;
    }

    /// <summary>Gets the condition as it was written.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">The text is not a valid condition; the message says where and why.</exception>
    public static SqlFilter Parse(string text) => text.Length > MaxLength
        ? throw new FormatException($"A SQL filter has at most {MaxLength} characters, this one has {text.Length}.")
        : new(text, new SqlParser(SqlTokens.Of(text)).ParseCondition());

    public bool Matches(MessageFields message) => _condition(message) is true;
}
