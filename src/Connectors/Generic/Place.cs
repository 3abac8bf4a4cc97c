using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Where a value stands: one or more places with a bar between them, the first that has a value counts. A place is a
/// JSON Pointer into the item (<c>/contact/id</c>) or into the whole body (<c>^/meta/id</c>), a key of a form, or a name of
/// the hub's own (<c>$1</c>, <c>$hash</c>, <c>$channel</c>). Beyond RFC 6901, <c>*</c> is the first child for which the rest
/// exists, and <c>[name=value]</c> the first element whose member has the value.</summary>
internal sealed class Place
{
    /// <summary>What a place looks like, for faults.</summary>
    public const string MustBe = "JSON Pointers with | between them, or keys of a form", Example = "/contact/email|/lead/email";

    /// <summary>The most children that a star tries.</summary>
    private const int MostTried = 1_000;

    private readonly ImmutableArray<Way> _ways;

    private Place(ImmutableArray<Way> ways) => _ways = ways;

    /// <summary>Gets the headers that the place reads.</summary>
    public IEnumerable<string> Headers => _ways.Where(way => way.Start == Start.Header).Select(way => way.Key);

    /// <summary>Parses a place; null for a text that is none.</summary>
    /// <param name="isForm">Whether bodies are forms: then a place is a key.</param>
    public static Place? Parse(string text, bool isForm)
    {
        var ways = text.Split('|', StringSplitOptions.TrimEntries).Select(way => WayOf(way, isForm)).ToList();
        return ways.TrueForAll(way => way is not null) ? new([.. ways.OfType<Way>()]) : null;
    }

    /// <summary>Returns the value: "" when the tool has none at any of the places, null when none of them is there.</summary>
    public string? Said(Seen seen)
    {
        string? said = null;
        foreach (var way in _ways)
        {
            if (Said(way, seen) is { } text)
            {
                if (text.Length > 0)
                {
                    return text;
                }

                said = text;
            }
        }

        return said;
    }

    /// <summary>Returns the value; null for none and for a withheld one.</summary>
    public string? Text(Seen seen) => Said(seen) is { Length: > 0 } text && !Withheld.Is(text) ? text : null;

    /// <summary>Returns the values of a list: of an array, or of one text with commas.</summary>
    public IReadOnlyList<string> Items(Seen seen)
    {
        foreach (var way in _ways.Where(way => way.Start is Start.Item or Start.Body))
        {
            if (Find(RootOf(way, seen), way.Steps.AsSpan()) is { ValueKind: JsonValueKind.Array } array)
            {
                return [.. array.EnumerateArray().Select(element => TextOf(element)).OfType<string>().Where(text => text.Length > 0)];
            }
        }

        return Text(seen)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    /// <summary>Whether something stands there: a text that is not blank, or an object or array that is not empty.</summary>
    public bool IsThere(Seen seen) => _ways.Any(way => way.Start is Start.Item or Start.Body
        ? Find(RootOf(way, seen), way.Steps.AsSpan()) is { } found && !IsBlank(found)
        : Said(way, seen) is { Length: > 0 });

    /// <summary>Follows the steps of a pointer; null when they lead nowhere.</summary>
    public static JsonElement? Find(JsonElement from, ReadOnlySpan<Step> steps)
    {
        if (steps.IsEmpty)
        {
            return from;
        }

        var step = steps[0];
        var rest = steps[1..];
        if (step.Kind == StepKind.Any)
        {
            var tried = 0;
            foreach (var child in ChildrenOf(from))
            {
                if (++tried > MostTried)
                {
                    return null;
                }

                if (Find(child, rest) is { } found)
                {
                    return found;
                }
            }

            return null;
        }

        return step.Kind switch
        {
            StepKind.Where when from.ValueKind == JsonValueKind.Array =>
                from.EnumerateArray().Cast<JsonElement?>().FirstOrDefault(each => TextOf(each!.Value.Member(step.Name)) == step.Value),
            StepKind.Name when from.ValueKind == JsonValueKind.Object && from.TryGetProperty(step.Name, out var member) => member,
            StepKind.Name when from.ValueKind == JsonValueKind.Array && step.Index < from.GetArrayLength() => from[step.Index.Value],
            _ => null,
        } is { } next ? Find(next, rest) : null;
    }

    /// <summary>Parses the steps of a pointer; null for a text that is none. The empty text is the whole.</summary>
    public static ImmutableArray<Step>? StepsOf(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        if (pointer[0] != '/')
        {
            return null;
        }

        var steps = pointer[1..].Split('/').Select(StepOf).ToList();
        return steps.TrueForAll(step => step is not null) ? [.. steps.OfType<Step>()] : null;
    }

    private static Step? StepOf(string token)
    {
        if (token == "*")
        {
            return new(StepKind.Any, "", "", null);
        }

        if (token is ['[', .., ']'])
        {
            return token[1..^1].Split('=', 2) is [{ Length: > 0 } name, var value] ? new(StepKind.Where, name, value, null) : null;
        }

        for (var at = token.IndexOf('~', StringComparison.Ordinal); at >= 0; at = token.IndexOf('~', at + 1))
        {
            if (at + 1 == token.Length || token[at + 1] is not ('0' or '1'))
            {
                return null;
            }
        }

        var plain = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        return new(
            StepKind.Name, plain, "",
            int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null);
    }

    private static Way? WayOf(string text, bool isForm) => text switch
    {
        ['$', .. var own] => own is "hash" or "channel" || (own is [>= '1' and <= '9'] && !isForm) ? new(Start.Own, own, []) : null,
        ['@', _, ..] => new(Start.Header, text[1..], []),
        _ when isForm => text.Length > 0 ? new(Start.Form, text, []) : null,
        ['^', .. var pointer] => StepsOf(pointer) is { } steps ? new(Start.Body, "", steps) : null,
        ['/', ..] => StepsOf(text) is { } steps ? new(Start.Item, "", steps) : null,
        _ => null,
    };

    private static JsonElement RootOf(Way way, Seen seen) => way.Start == Start.Body ? seen.Body : seen.Item;

    private static string? Said(Way way, Seen seen) => way.Start switch
    {
        Start.Own => seen.Own(way.Key),
        Start.Header => seen.Header(way.Key),
        Start.Form => seen.Form?.Said(way.Key),
        _ => Find(RootOf(way, seen), way.Steps.AsSpan()) is { } found ? TextOf(found) : null,
    };

    /// <summary>Returns a scalar as trimmed text, "" for null; null for what is not a scalar.</summary>
    private static string? TextOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!.Trim(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        JsonValueKind.Null => "",
        _ => null,
    };

    private static bool IsBlank(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => !element.EnumerateObject().Any(),
        JsonValueKind.Array => element.GetArrayLength() == 0,
        _ => string.IsNullOrEmpty(TextOf(element)),
    };

    private static IEnumerable<JsonElement> ChildrenOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(member => member.Value),
        JsonValueKind.Array => element.EnumerateArray(),
        _ => [],
    };

    /// <summary>What a place begins at.</summary>
    private enum Start
    {
        Item,
        Body,
        Form,
        Header,
        Own,
    }

    /// <summary>How a step finds a child.</summary>
    internal enum StepKind
    {
        Name,
        Any,
        Where,
    }

    /// <summary>A step of a pointer.</summary>
    /// <param name="Index">The name as an index of an array; null when it is none.</param>
    internal sealed record Step(StepKind Kind, string Name, string Value, int? Index);

    private sealed record Way(Start Start, string Key, ImmutableArray<Step> Steps);
}
