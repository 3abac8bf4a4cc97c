using System.Globalization;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Reads and writes times in a tool's format: <c>auto</c>, <c>seconds</c>, <c>milliseconds</c>, <c>iso</c>, or a
/// format of .NET such as <c>dd.MM.yyyy HH:mm</c>. A time without an offset is in UTC.</summary>
internal static class GenericTimes
{
    /// <summary>The format that tells numbers and ISO 8601 apart by itself.</summary>
    public const string Auto = "auto";

    /// <summary>What a format may be, for faults.</summary>
    public const string MustBe = "auto, seconds, milliseconds, iso, or a format of .NET", Example = "yyyy-MM-dd HH:mm:ss";

    private const string Seconds = "seconds", Milliseconds = "milliseconds", Iso = "iso";

    /// <summary>Whether times can be written in the format and read again.</summary>
    public static bool IsFormat(string format)
    {
        try
        {
            return Parse(Write(DateTimeOffset.UnixEpoch, format), format) is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Reads a time; null for none and for another form.</summary>
    public static DateTimeOffset? Parse(string? text, string format) => text is null ? null : format switch
    {
        Auto => text.All(char.IsAsciiDigit) && text.Length > 0 ? OfDigits(text) : JsonFields.IsoTime(text),
        Seconds => JsonFields.UnixSeconds(text),
        Milliseconds => OfMilliseconds(text, 1),
        Iso => JsonFields.IsoTime(text),
        _ => DateTimeOffset.TryParseExact(
            text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : null,
    };

    /// <summary>Writes a time in UTC.</summary>
    public static string Write(DateTimeOffset at, string format) => format switch
    {
        Seconds => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        Milliseconds => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        Auto or Iso => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => at.UtcDateTime.ToString(format, CultureInfo.InvariantCulture),
    };

    /// <summary>Reads seconds, milliseconds or microseconds since 1970, which their number of digits tells apart.</summary>
    private static DateTimeOffset? OfDigits(string text) => text.Length switch
    {
        <= 11 => JsonFields.UnixSeconds(text),
        <= 14 => OfMilliseconds(text, 1),
        <= 17 => OfMilliseconds(text, 1_000),
        _ => null,
    };

    private static DateTimeOffset? OfMilliseconds(string text, long divisor) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number / divisor <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(number / divisor)
            : null;
}
