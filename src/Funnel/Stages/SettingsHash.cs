using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntegrationHub.Funnel;

/// <summary>The fingerprint of the funnel's settings: SHA-256 over a form that depends on no culture, run, or order in which settings were written.</summary>
public static class SettingsHash
{
    /// <summary>The hash, lower-case hexadecimal: equal for settings that decide alike, another as soon as one of them differs.</summary>
    public static string Of(FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("systemOfRecord", settings.SystemOfRecord);
            json.WriteString("recycleTo", settings.RecycleTo.ToString());
            json.WriteString("calendar", settings.Calendar.Canonical);
            json.WriteStartObject("teamCalendars");
            foreach (var (team, calendar) in settings.TeamCalendars.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                json.WriteString(team, calendar.Canonical);
            }

            json.WriteEndObject();
            json.WriteStartObject("stages");
            foreach (var (stage, its) in settings.Stages.OrderBy(entry => entry.Key))
            {
                json.WriteStartObject(stage.ToString());
                json.WriteString("name", its.Name);
                json.WriteString("owner", its.Owner);
                json.WriteString("stallAfter", its.StallAfter?.ToString("c"));
                json.WriteString("acceptWithin", its.AcceptWithin?.ToString("c"));
                WriteSegments(json, its);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            WriteAlerts(json, settings.Alerts);
            json.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void WriteSegments(Utf8JsonWriter json, StageSettings stage)
    {
        json.WriteStartObject("segments");
        foreach (var (segment, limits) in stage.Segments.OrderBy(entry => entry.Key.ToUpperInvariant(), StringComparer.Ordinal))
        {
            json.WriteStartArray(segment.ToUpperInvariant());
            json.WriteStringValue(limits.StallAfter?.ToString("c"));
            json.WriteStringValue(limits.AcceptWithin?.ToString("c"));
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteAlerts(Utf8JsonWriter json, AlertPolicy policy)
    {
        json.WriteStartObject("alerts");
        json.WriteString("headsUpAt", policy.HeadsUpAt?.ToString("R", CultureInfo.InvariantCulture));
        json.WriteString("escalateAt", policy.EscalateAt?.ToString("R", CultureInfo.InvariantCulture));
        json.WriteString("repeatAfter", policy.RepeatAfter?.ToString("c"));
        json.WriteString("acknowledgedFor", policy.AcknowledgedFor.ToString("c"));
        json.WriteNumber("snoozes", policy.Snoozes);
        json.WriteEndObject();
    }
}
