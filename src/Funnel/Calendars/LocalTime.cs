using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>Writes instants for people: by a team's clock, with the name of its zone. Pure.</summary>
public static class LocalTime
{
    private const string Nowhere = "Etc/";

    /// <summary>Returns <c>Mon 2 Mar, 10:00 Berlin time</c>. The year appears only when it is not that of
    /// <paramref name="asOf"/>.</summary>
    /// <param name="asOf">When it is read.</param>
    public static string Spell(DateTimeOffset instant, TimeZoneInfo zone, DateTimeOffset asOf)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        var day = local.Year == TimeZoneInfo.ConvertTime(asOf, zone).Year ? "ddd d MMM" : "ddd d MMM yyyy";
        return $"{local.ToString($"{day}, HH:mm", CultureInfo.InvariantCulture)} {NameOf(zone)}";
    }

    /// <summary>Returns what people call a zone: <c>Berlin time</c>, <c>UTC</c>. Zones of no place have their offset, because
    /// the sign in their name is the other way round.</summary>
    public static string NameOf(TimeZoneInfo zone)
    {
        if (zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime && (IsNowhere(zone) || !zone.Id.Contains('/')))
        {
            return "UTC";
        }

        return IsNowhere(zone) ? $"UTC{(zone.BaseUtcOffset < TimeSpan.Zero ? '-' : '+')}{zone.BaseUtcOffset:hh\\:mm}"
            : zone.Id.LastIndexOf('/') is >= 0 and var at ? $"{zone.Id[(at + 1)..].Replace('_', ' ')} time"
            : zone.Id;
    }

    private static bool IsNowhere(TimeZoneInfo zone) => zone.Id.StartsWith(Nowhere, StringComparison.Ordinal);
}
