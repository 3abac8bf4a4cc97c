using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Sandbox.Dynamics;

/// <summary>A subset of <c>$filter</c>: <c>eq</c>, <c>and</c>, <c>or</c> and parentheses.</summary>
internal sealed partial class DynamicsFilter(string text)
{
    private readonly List<string> _tokens = [.. Token().Matches(text).Select(match => match.Value)];
    private int _at;

    /// <summary>Whether a row satisfies the filter.</summary>
    /// <exception cref="FormatException">The filter is not one of the subset.</exception>
    public bool Holds(JsonObject row)
    {
        _at = 0;
        var holds = Any(row);
        return _at == _tokens.Count ? holds : throw new FormatException("The filter goes on after its end.");
    }

    private bool Any(JsonObject row)
    {
        var holds = All(row);
        while (Take("or"))
        {
            holds |= All(row);
        }

        return holds;
    }

    private bool All(JsonObject row)
    {
        var holds = One(row);
        while (Take("and"))
        {
            holds &= One(row);
        }

        return holds;
    }

    private bool One(JsonObject row)
    {
        if (Take("("))
        {
            var holds = Any(row);
            return Take(")") ? holds : throw new FormatException("A parenthesis is not closed.");
        }

        if (_at + 2 >= _tokens.Count || _tokens[_at + 1] != "eq")
        {
            throw new FormatException("A comparison must be a column, eq and a value.");
        }

        var (column, value) = (_tokens[_at], _tokens[_at + 2]);
        _at += 3;
        var wanted = value.StartsWith('\'') ? value[1..^1].Replace("''", "'", StringComparison.Ordinal) : value;
        return wanted.Equals($"{row[column]}", StringComparison.OrdinalIgnoreCase);
    }

    private bool Take(string token)
    {
        if (_at >= _tokens.Count || _tokens[_at] != token)
        {
            return false;
        }

        _at++;
        return true;
    }

    [GeneratedRegex(@"'(?:[^']|'')*'|[()]|[^\s()]+")]
    private static partial Regex Token();
}
