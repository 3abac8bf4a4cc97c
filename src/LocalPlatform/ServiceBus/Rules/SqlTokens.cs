using System.Globalization;
using System.Text;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

internal enum SqlTokenKind
{
    /// <summary>A word that may be a keyword or a name.</summary>
    Word,

    /// <summary>A name in brackets or double quotes, never a keyword.</summary>
    Name,

    /// <summary>A string or number.</summary>
    Literal,

    /// <summary>An operator or a sign of punctuation.</summary>
    Sign,

    End,
}

/// <summary>One token of a SQL filter and where it starts.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, object? Value, int Position);

/// <summary>Cuts a SQL filter into tokens.</summary>
internal static class SqlTokens
{
    private static readonly string[] Signs = ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%", ";"];

    public static List<SqlToken> Of(string text)
    {
        var tokens = new List<SqlToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                tokens.Add(new(SqlTokenKind.End, "the end", null, at));
                return tokens;
            }

            tokens.Add(Next(text, ref at));
        }
    }

    private static SqlToken Next(string text, ref int at)
    {
        var start = at;
        switch (text[at])
        {
            case '\'':
                var literal = Quoted(text, ref at, '\'');
                return new(SqlTokenKind.Literal, literal, literal, start);
            case '[':
                return new(SqlTokenKind.Name, Quoted(text, ref at, ']'), null, start);
            case '"':
                return new(SqlTokenKind.Name, Quoted(text, ref at, '"'), null, start);
            case var c when char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])):
                return Number(text, ref at);
            case var c when char.IsLetter(c) || c == '_':
                while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '$' or '#' or '@'))
                {
                    at++;
                }

                return new(SqlTokenKind.Word, text[start..at], null, start);
            default:
                var sign = Array.Find(Signs, s => string.CompareOrdinal(text, start, s, 0, s.Length) == 0)
                    ?? throw new FormatException($"'{text[at]}' at {at} has no meaning in a SQL filter.");
                at += sign.Length;
                return new(SqlTokenKind.Sign, sign, null, start);
        }
    }

    /// <summary>Reads up to the closing sign, which stands for itself when doubled.</summary>
    private static string Quoted(string text, ref int at, char close)
    {
        var start = at++;
        var read = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == close)
            {
                if (at == text.Length || text[at] != close)
                {
                    return read.ToString();
                }

                at++;
            }

            read.Append(c);
        }

        throw new FormatException($"What opens at {start} is never closed with {close}.");
    }

    private static SqlToken Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length
            && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        var number = text[start..at];
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return new(SqlTokenKind.Literal, number, whole, start);
        }

        return double.TryParse(
            number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var real)
            ? new(SqlTokenKind.Literal, number, real, start)
            : throw new FormatException($"'{number}' at {start} is not a number.");
    }
}
