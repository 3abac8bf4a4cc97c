using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>
/// The operators of a SQL filter. An operand that is unknown, or of a kind the operator does not take, makes
/// the result unknown.
/// </summary>
internal static class SqlRules
{
    /// <summary>A pattern takes time in proportion to the text, whatever it is.</summary>
    private const RegexOptions PatternOptions = RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    public static SqlExpression Or(SqlExpression left, SqlExpression right) => message => (left(message), right(message)) switch
    {
        (true, _) or (_, true) => true,
        (false, false) => false,
        _ => null,
    };

    public static SqlExpression And(SqlExpression left, SqlExpression right) => message => (left(message), right(message)) switch
    {
        (false, _) or (_, false) => false,
        (true, true) => true,
        _ => null,
    };

    public static SqlExpression Not(SqlExpression condition) => message => condition(message) is bool known ? !known : null;

    public static SqlExpression Compare(SqlExpression left, string sign, SqlExpression right) => message =>
        Order(left(message), right(message)) is not { } order ? null : sign switch
        {
            "=" => order == 0,
            "<>" or "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };

    public static SqlExpression Like(SqlExpression text, SqlExpression pattern, SqlExpression? escape) => message =>
    {
        var mark = escape?.Invoke(message);
        if (text(message) is not string value || pattern(message) is not string wanted
            || (escape is not null && mark is not string { Length: 1 }))
        {
            return null;
        }

        return Regex.IsMatch(value, ToRegex(wanted, (mark as string)?[0]), PatternOptions);
    };

    public static SqlExpression Calculate(SqlExpression left, string sign, SqlExpression right) =>
        message => (left(message), right(message)) switch
    {
        (long a, long b) => Calculate(a, sign, b),
        (string a, string b) when sign == "+" => a + b,
        (long a, double b) => Calculate(a, sign, b),
        (double a, long b) => Calculate(a, sign, b),
        (double a, double b) => Calculate(a, sign, b),
        _ => null,
    };

    public static SqlExpression UserProperty(string name) => message =>
    {
        if (!message.ApplicationProperties.TryGetValue(name, out var value))
        {
            value = message.ApplicationProperties.FirstOrDefault(
                property => property.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        }

        return Widened(value);
    };

    /// <summary>
    /// Returns whole numbers as long and other numbers as double, so that kinds of numbers compare with each other.
    /// </summary>
    public static object? Widened(object? value) => value switch
    {
        byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, null),
        ulong v => v <= long.MaxValue ? (long)v : (double)v,
        float v => (double)v,
        decimal v => (double)v,
        _ => value,
    };

    public static SqlExpression SystemProperty(string name) => name.ToUpperInvariant() switch
    {
        "MESSAGEID" => static message => message.MessageId,
        "CORRELATIONID" => static message => message.CorrelationId,
        "LABEL" or "SUBJECT" => static message => message.Subject,
        "TO" => static message => message.To,
        "REPLYTO" => static message => message.ReplyTo,
        "CONTENTTYPE" => static message => message.ContentType,
        "SESSIONID" => static message => message.SessionId,
        "REPLYTOSESSIONID" => static message => message.ReplyToSessionId,
        "PARTITIONKEY" => static message => message.PartitionKey,
        _ => throw new FormatException($"'sys.{name}' is not a system property that a filter can see."),
    };

    private static int? Order(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => Order(a, b),
        (double a, long b) => Order(a, b),
        (double a, double b) => Order(a, b),
        (IComparable a, { } b) when a.GetType() == b.GetType() => a.CompareTo(b),
        _ => null,
    };

    /// <summary>NaN has no order.</summary>
    private static int? Order(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    private static object? Calculate(long left, string sign, long right) => sign switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        _ when right == 0 => null,
        _ when right == -1 => sign == "/" ? -left : 0L,
        "/" => left / right,
        _ => left % right,
    };

    private static double Calculate(double left, string sign, double right) => sign switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        _ => left % right,
    };

    private static string ToRegex(string pattern, char? escape)
    {
        var regex = new StringBuilder(@"\A");
        for (var at = 0; at < pattern.Length; at++)
        {
            var taken = pattern[at] == escape && at + 1 < pattern.Length;
            at += taken ? 1 : 0;
            regex.Append((taken, pattern[at]) switch
            {
                (false, '%') => ".*",
                (false, '_') => ".",
                (_, var c) => Regex.Escape(c.ToString()),
            });
        }

        return regex.Append(@"\z").ToString();
    }
}
