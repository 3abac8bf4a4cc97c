using System.Collections.Immutable;

namespace IntegrationHub.Connectors.Events;

/// <summary>Finds the questions in what people write into notes and tasks.</summary>
public static class QuestionText
{
    /// <summary>The tag of a question where none is set.</summary>
    public const string DefaultTag = "#ask";

    /// <summary>Returns the rest of each line behind the tag, ignoring case. The tag must stand alone: <c>#asked</c> is
    /// another word.</summary>
    /// <param name="texts">The subject and the body; null for a missing one.</param>
    public static ImmutableArray<AskedQuestion> In(string activityId, string tag, params IEnumerable<string?> texts) =>
    [
        .. texts.OfType<string>().SelectMany(text => text.Split(['\n', '\r']))
            .Select(line => After(line, tag)).OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(question => new AskedQuestion(activityId, question)),
    ];

    private static string? After(string line, string tag)
    {
        var at = line.IndexOf(tag, StringComparison.OrdinalIgnoreCase);
        var rest = at < 0 ? "" : line[(at + tag.Length)..];
        return rest.Length > 0 && !char.IsLetterOrDigit(rest[0]) && rest.Trim(' ', '\t', ':', '-') is { Length: > 0 } question
            ? question : null;
    }
}
