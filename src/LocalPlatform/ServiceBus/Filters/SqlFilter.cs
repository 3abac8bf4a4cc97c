using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.ServiceBus.Filters;

/// <summary>
/// A condition over a message's properties in the broker's SQL: three-valued, so what compares with a property that is missing, or of another kind, is
/// neither true nor false, and a message passes only when the whole is true.
/// </summary>
internal sealed class SqlFilter : IMessageFilter
{
    private const int MaxLength = 1024;
    private readonly SqlExpression _condition;

    private SqlFilter(SqlExpression condition) => _condition = condition;

    /// <exception cref="FormatException">The text is no condition; the message says where and why.</exception>
    public static SqlFilter Parse(string text) => text.Length > MaxLength
        ? throw new FormatException($"A SQL filter has at most {MaxLength} characters, this one has {text.Length}.")
        : new(new SqlParser(SqlTokens.Of(text)).ParseCondition());

    public bool Matches(MessageFields message) => _condition(message) is true;
}
