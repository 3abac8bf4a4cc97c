using System.Globalization;
using System.Text.Json;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Hubs;

/// <summary>Reads the answers of a hub, and puts them in tables for people at a terminal.</summary>
internal static class HubText
{
    /// <summary>What stands for nothing.</summary>
    public const string None = "-";

    private const int LongestText = 200;

    /// <summary>Reads an answer as the hub's own type.</summary>
    /// <param name="answer">What the hub answered.</param>
    /// <param name="needed">The properties without which it is not an answer of a hub.</param>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static T Read<T>(JsonElement answer, params string[] needed)
    {
        var missing = answer.ValueKind == JsonValueKind.Object ? Array.Find(needed, name => !answer.TryGetProperty(name, out _))
            : needed[0];
        return missing is null
            ? answer.Deserialize<T>(HubJson.Options) ?? throw new JsonException("The answer is null.")
            : throw new JsonException($"The answer has no {missing}.");
    }

    /// <summary>Puts the cells of all rows below a head in columns as wide as the widest cell.</summary>
    public static IReadOnlyList<string> Table(string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        return [.. all.Select(row => $"  {string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))}".TrimEnd())];
    }

    /// <summary>Returns one safe line: texts of tools and people must not control the terminal.</summary>
    public static string Line(string? text) => OneLine.Of(text, LongestText) ?? None;

    /// <summary>Returns a value of an enumeration as the hub writes it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Returns an instant in UTC to the minute.</summary>
    public static string Time(DateTimeOffset? instant) =>
        instant?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? None;

    /// <summary>Joins the lines of an output.</summary>
    public static string Lines(params IEnumerable<string> lines) => string.Join(Environment.NewLine, lines);
}
