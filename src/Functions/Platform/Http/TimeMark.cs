using System.Globalization;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>Where a page of rows in the order of time ended.</summary>
/// <param name="Ticks">The time of its last row.</param>
/// <param name="Shown">How many rows of that time were shown.</param>
internal sealed record TimeMark(long Ticks, int Shown)
{
    /// <summary>Reads a mark; returns null for another text.</summary>
    public static TimeMark? Read(string text) =>
        text.Split('.') is [var ticks, var shown]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && int.TryParse(shown, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? new(at, count) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks}.{Shown}");
}
