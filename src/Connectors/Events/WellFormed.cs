using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using System.Xml;

namespace IntegrationHub.Connectors.Events;

/// <summary>Repairs malformed text of vendors: invalid UTF-8, half surrogate pairs and control characters
/// become U+FFFD or a blank. One bad value then does not make its neighbours unreadable. Well-formed text is
/// returned without a copy.</summary>
internal static partial class WellFormed
{
    /// <summary>The deepest nesting of accepted JSON. It exceeds real data, so that an odd value fails where it is
    /// read, and not in the parser.</summary>
    public const int MostNested = 1_000;

    /// <summary>Options for JSON as deep as <see cref="MostNested"/>.</summary>
    public static readonly JsonSerializerOptions Nested = new() { MaxDepth = MostNested };

    private const string Replacement = "\uFFFD";

    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, ' ').Select(control => (byte)control)]);

    /// <summary>Repairs JSON and parses it.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body) => JsonDocument.Parse(Json(body), new() { MaxDepth = MostNested });

    /// <summary>Repairs JSON and parses it.</summary>
    /// <param name="isRight">Whether the JSON has the form that is meant.</param>
    /// <returns>Null when it is not JSON, or of another form.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, Predicate<JsonElement> isRight)
    {
        try
        {
            var document = Parse(body);
            if (isRight(document.RootElement))
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Repairs JSON. The parser decides whether it is JSON at all.</summary>
    public static ReadOnlyMemory<byte> Json(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        if (!Utf8.IsValid(body.Span))
        {
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        }

        byte[]? copy = null;
        var inText = false;
        var at = Next(body.Span, 0);
        while (at < body.Length)
        {
            switch (body.Span[at])
            {
                case (byte)'"':
                    inText = !inText;
                    at++;
                    break;
                case (byte)'\\':
                    at += EscapeLength(body.Span, at, out var isWhole);
                    if (!isWhole)
                    {
                        copy ??= body.ToArray();
                        "fffd"u8.CopyTo(copy.AsSpan(at - 4));
                    }

                    break;
                default:
                    if (inText)
                    {
                        copy ??= body.ToArray();
                        copy[at] = (byte)' ';
                    }

                    at++;
                    break;
            }

            at = Next(body.Span, at);
        }

        return copy ?? body;

        static int Next(ReadOnlySpan<byte> body, int from) =>
            body[from..].IndexOfAny(Special) is var found and >= 0 ? from + found : body.Length;
    }

    /// <summary>Repairs XML that a reader rejected as malformed.</summary>
    public static byte[] Xml(ReadOnlyMemory<byte> body)
    {
        var text = CharacterReference().Replace(
            Encoding.UTF8.GetString(body.Span), found => IsCharacter(found) ? found.Value : Replacement);
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Replacement : rune.ToString());
        }

        return Encoding.UTF8.GetBytes(clean.ToString());
    }

    /// <summary>Returns the length of an escape, and whether it stands for a whole character. A
    /// surrogate pair is one escape.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> body, int at, out bool isWhole)
    {
        isWhole = true;
        if (CodeUnit(body, at) is not { } unit)
        {
            return Math.Min(2, body.Length - at);
        }

        if (!char.IsSurrogate(unit))
        {
            return 6;
        }

        isWhole = char.IsHighSurrogate(unit) && CodeUnit(body, at + 6) is { } low && char.IsLowSurrogate(low);
        return isWhole ? 12 : 6;
    }

    /// <summary>Returns the UTF-16 unit of an escape such as <c>\u00e9</c>; null for none.</summary>
    private static char? CodeUnit(ReadOnlySpan<byte> body, int at) =>
        at + 6 <= body.Length
            && body[at] == '\\'
            && body[at + 1] == 'u'
            && ushort.TryParse(body.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;

    private static bool IsCharacter(Match reference)
    {
        var hex = reference.Groups["hex"];
        return int.TryParse(
                hex.Success ? hex.ValueSpan
                    : reference.Groups["decimal"].ValueSpan, hex.Success ? NumberStyles.AllowHexSpecifier
                    : NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && Rune.IsValid(code) && (code > char.MaxValue || XmlConvert.IsXmlChar((char)code));
    }

    [GeneratedRegex("&#(?:x(?<hex>[0-9A-Fa-f]+)|(?<decimal>[0-9]+));", RegexOptions.CultureInvariant)]
    private static partial Regex CharacterReference();
}
