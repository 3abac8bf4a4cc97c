using System.Collections.Immutable;
using System.Text;

namespace IntegrationHub.Connectors.Generic;

/// <summary>A text with placeholders in braces: <c>deal {/data/id}</c>. It only puts values in place; there is nothing to
/// run.</summary>
/// <typeparam name="T">What a placeholder stands for.</typeparam>
internal sealed class Template<T>
    where T : class
{
    private Template(ImmutableArray<(string Text, T? Value)> parts) => Parts = parts;

    /// <summary>Gets the parts: a text, or a placeholder's value.</summary>
    public ImmutableArray<(string Text, T? Value)> Parts { get; }

    /// <summary>Gets the placeholders.</summary>
    public IEnumerable<T> Values => Parts.Select(part => part.Value).OfType<T>();

    /// <summary>Gets a value indicating whether it is one placeholder and nothing else.</summary>
    public bool IsBare => Parts is [{ Value: not null }];

    /// <summary>Parses a template; null for an open brace, or a placeholder that <paramref name="read"/> does not
    /// know.</summary>
    public static Template<T>? Parse(string text, Func<string, T?> read)
    {
        var parts = ImmutableArray.CreateBuilder<(string, T?)>();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('{', at);
            if (open < 0)
            {
                parts.Add((text[at..], null));
                break;
            }

            var close = text.IndexOf('}', open);
            if (close < 0 || read(text[(open + 1)..close]) is not { } value)
            {
                return null;
            }

            if (open > at)
            {
                parts.Add((text[at..open], null));
            }

            parts.Add((text[open..(close + 1)], value));
            at = close + 1;
        }

        return new(parts.ToImmutable());
    }

    /// <summary>Writes the text with the values in place; a missing one leaves nothing.</summary>
    public string Write(Func<T, string?> valueOf)
    {
        var written = new StringBuilder();
        foreach (var (text, value) in Parts)
        {
            written.Append(value is null ? text : valueOf(value));
        }

        return written.ToString();
    }
}
