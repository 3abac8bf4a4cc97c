using System.Collections.Immutable;

namespace IntegrationHub.Connectors.Generic;

/// <summary>A condition on a place: <c>/meta/entity=deal|lead</c>, <c>/data/stage!=/previous/stage</c>, <c>/data/email</c> for
/// something that is there, <c>!/data/email</c> for nothing.</summary>
internal sealed class Condition
{
    /// <summary>What a condition looks like, for faults.</summary>
    public const string MustBe = "a place, or a place with = or != and values with | between them", Example = "/meta/action=create|change";

    private readonly Place _place;
    private readonly bool _isNot;
    private readonly ImmutableArray<(string Literal, Place? Place)>? _values;

    private Condition(Place place, bool isNot, ImmutableArray<(string Literal, Place? Place)>? values) =>
        (_place, _isNot, _values) = (place, isNot, values);

    /// <summary>Gets the headers that the condition reads.</summary>
    public IEnumerable<string> Headers => _place.Headers;

    /// <summary>Parses a condition; null for a text that is none.</summary>
    public static Condition? Parse(string text, bool isForm)
    {
        var equals = EqualsOf(text);
        if (equals < 0)
        {
            var isNot = text.StartsWith('!');
            return Place.Parse(isNot ? text[1..] : text, isForm) is { } there ? new(there, isNot, null) : null;
        }

        var differs = equals > 0 && text[equals - 1] == '!';
        if (Place.Parse(text[..(differs ? equals - 1 : equals)].Trim(), isForm) is not { } place)
        {
            return null;
        }

        var values = text[(equals + 1)..].Split('|', StringSplitOptions.TrimEntries)
            .Select(value => (value, value is ['/' or '^' or '$', ..] ? Place.Parse(value, isForm && value[0] != '$') : null));
        return new(place, differs, [.. values]);
    }

    /// <summary>Whether it holds.</summary>
    public bool Holds(Seen seen)
    {
        if (_values is not { } values)
        {
            return _place.IsThere(seen) != _isNot;
        }

        var said = _place.Said(seen) ?? "";
        return values.Any(value => said == (value.Place is { } other ? other.Said(seen) ?? "" : value.Literal)) != _isNot;
    }

    /// <summary>Returns where the sign stands, outside of brackets; -1 for none.</summary>
    private static int EqualsOf(string text)
    {
        var depth = 0;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '[' when at > 0 && text[at - 1] == '/':
                    depth++;
                    break;
                case ']' when depth > 0:
                    depth--;
                    break;
                case '=' when depth == 0:
                    return at;
            }
        }

        return -1;
    }
}
