using System.Globalization;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>How HubSpot reads and writes values: all are strings.</summary>
internal static class HubSpotValues
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static bool TryTime(string text, out DateTimeOffset time)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is > -62_135_596_800_000 and < 253_402_300_800_000)
        {
            time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            return true;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    public static bool TryNumber(string text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    /// <summary>The value as it is kept; null when it is not one of the kind.</summary>
    public static string? Normal(HubSpotPropertyKind kind, string value) => kind switch
    {
        HubSpotPropertyKind.DateTime => TryTime(value, out var time) ? Of(time) : null,
        HubSpotPropertyKind.Number => TryNumber(value, out _) ? value : null,
        HubSpotPropertyKind.Bool => value is "true" or "false" ? value : null,
        _ => value,
    };

    /// <summary>Compares two values of a kind; null when they cannot be.</summary>
    public static int? Compare(HubSpotPropertyKind kind, string left, string right) => kind switch
    {
        HubSpotPropertyKind.DateTime => TryTime(left, out var a) && TryTime(right, out var b) ? a.CompareTo(b) : null,
        HubSpotPropertyKind.Number => TryNumber(left, out var a) && TryNumber(right, out var b) ? a.CompareTo(b) : null,
        _ => string.Compare(left, right, StringComparison.OrdinalIgnoreCase),
    };
}
