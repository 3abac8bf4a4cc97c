using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Salesforce.Soql;

/// <summary>Reads the subset of SOQL that is played.</summary>
internal sealed partial class SoqlParser
{
    private static readonly HashSet<string> Operators = ["=", "!=", "<>", "<", "<=", ">", ">=", "LIKE", "IN", "NOT"];

    private readonly List<(string Text, bool IsQuoted)> _tokens;
    private int _next;

    private SoqlParser(string text) => _tokens = Tokens(text);

    /// <exception cref="SalesforceException">The text is not a query that is understood.</exception>
    public static SoqlQuery Parse(string text)
    {
        var parser = new SoqlParser(text);
        var query = parser.Query();
        return parser._next == parser._tokens.Count ? query : throw parser.Unexpected();
    }

    private static List<(string Text, bool IsQuoted)> Tokens(string text)
    {
        var tokens = new List<(string, bool)>();
        var at = 0;
        while (at < text.Length)
        {
            var match = Token().Match(text, at);
            if (!match.Success)
            {
                throw SalesforceException.Malformed($"unexpected token: '{text[at]}'");
            }

            if (match.Groups["quoted"] is { Success: true } quoted)
            {
                tokens.Add((Unescaped(quoted.Value), true));
            }
            else if (match.Groups["plain"] is { Success: true } plain)
            {
                tokens.Add((plain.Value, false));
            }

            at += match.Length;
        }

        return tokens;
    }

    private static string Unescaped(string quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (var at = 0; at < quoted.Length; at++)
        {
            text.Append(quoted[at] != '\\' ? quoted[at] : quoted[++at] switch
            {
                'n' or 'N' => '\n',
                'r' or 'R' => '\r',
                't' or 'T' => '\t',
                var escaped and ('\\' or '\'' or '"' or '%' or '_') => escaped,
                var other => throw SalesforceException.Malformed($"Illegal escape \\{other}"),
            });
        }

        return text.ToString();
    }

    [GeneratedRegex("""\G(?:\s+|'(?<quoted>(?:[^'\\]|\\.)*)'|(?<plain><=|>=|<>|!=|[=<>(),]|[A-Za-z_][\w.]*|[+-]?\d[\w:.+-]*))""", RegexOptions.Singleline)]
    private static partial Regex Token();

    private SoqlQuery Query()
    {
        Expect("SELECT");
        var columns = new List<SoqlColumn>();
        var isCount = IsNext("COUNT");
        if (isCount)
        {
            _next++;
            Expect("(");
            Expect(")");
        }
        else
        {
            do
            {
                columns.Add(Column());
            }
            while (Take(","));
        }

        Expect("FROM");
        var from = Name();
        var where = Take("WHERE") ? Condition() : null;
        var order = new List<SoqlOrder>();
        if (Take("ORDER"))
        {
            Expect("BY");
            do
            {
                order.Add(Order());
            }
            while (Take(","));
        }

        var limit = Take("LIMIT") ? Count() : (int?)null;
        var offset = Take("OFFSET") ? Count() : 0;
        return new(columns, isCount, from, where, order, limit, offset);
    }

    private SoqlColumn Column()
    {
        if (!Take("("))
        {
            return new(Path(), null);
        }

        var children = Query();
        Expect(")");
        return new([children.From], children);
    }

    private SoqlOrder Order()
    {
        var path = Path();
        var descending = Take("DESC");
        if (!descending)
        {
            Take("ASC");
        }

        var nullsLast = descending;
        if (Take("NULLS"))
        {
            nullsLast = Take("LAST");
            if (!nullsLast)
            {
                Expect("FIRST");
            }
        }

        return new(path, descending, nullsLast);
    }

    /// <summary>
    /// A row of comparisons joined by AND or by OR; the two are mixed only with parentheses, as Salesforce has it.
    /// </summary>
    private SoqlCondition Condition()
    {
        var first = Part();
        foreach (var word in (ReadOnlySpan<string>)["AND", "OR"])
        {
            if (IsNext(word))
            {
                List<SoqlCondition> parts = [first];
                while (Take(word))
                {
                    parts.Add(Part());
                }

                return word == "AND" ? new SoqlAnd(parts) : new SoqlOr(parts);
            }
        }

        return first;
    }

    private SoqlCondition Part()
    {
        if (Take("NOT"))
        {
            return new SoqlNot(Part());
        }

        if (Take("("))
        {
            var inner = Condition();
            Expect(")");
            return inner;
        }

        return Comparison();
    }

    private SoqlComparison Comparison()
    {
        var path = Path();
        var operation = Text().ToUpperInvariant();
        if (!Operators.Contains(operation))
        {
            _next--;
            throw Unexpected();
        }

        if (operation == "NOT")
        {
            Expect("IN");
            return Within(path, "NOT IN");
        }

        return operation == "IN" ? Within(path, "IN") : new(path, operation == "<>" ? "!=" : operation, [Value()], null);
    }

    private SoqlComparison Within(IReadOnlyList<string> path, string operation)
    {
        Expect("(");
        var query = IsNext("SELECT") ? Query() : null;
        var values = new List<SoqlValue>();
        if (query is null)
        {
            do
            {
                values.Add(Value());
            }
            while (Take(","));
        }

        Expect(")");
        return new(path, operation, values, query);
    }

    private SoqlValue Value()
    {
        var (text, isQuoted) = _next < _tokens.Count ? _tokens[_next++] : throw Unexpected();
        return new(isQuoted ? text : Literal(text), isQuoted);
    }

    private static object? Literal(string text) => text.ToUpperInvariant() switch
    {
        "NULL" => null,
        "TRUE" => true,
        "FALSE" => false,
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date,
        _ when IsTime().IsMatch(text) && SalesforceValues.TryTime(text, out var time) => time,
        _ => throw SalesforceException.Malformed($"unexpected token: '{text}'"),
    };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$")]
    private static partial Regex IsTime();

    private int Count() => int.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw Unexpected();

    private string[] Path() => Name().Split('.');

    private string Name() => _next < _tokens.Count && !_tokens[_next].IsQuoted && (char.IsLetter(_tokens[_next].Text[0]) || _tokens[_next].Text[0] == '_')
        ? _tokens[_next++].Text
        : throw Unexpected();

    private string Text() => _next < _tokens.Count && !_tokens[_next].IsQuoted ? _tokens[_next++].Text : throw Unexpected();

    private bool IsNext(string word) =>
        _next < _tokens.Count && !_tokens[_next].IsQuoted && _tokens[_next].Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Take(string word)
    {
        if (!IsNext(word))
        {
            return false;
        }

        _next++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Take(word))
        {
            throw Unexpected();
        }
    }

    private SalesforceException Unexpected() =>
        SalesforceException.Malformed(_next < _tokens.Count ? $"unexpected token: '{_tokens[_next].Text}'" : "unexpected token: '<EOF>'");
}
