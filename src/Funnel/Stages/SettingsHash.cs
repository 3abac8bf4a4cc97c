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
            WriteContent(json, settings);
            WriteRouting(json, settings.Routing);
            WriteWriteBack(json, settings.WriteBack);
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

    private static void WriteContent(Utf8JsonWriter json, FunnelSettings settings)
    {
        json.WriteStartArray("content");
        foreach (var item in settings.Content)
        {
            WriteAll(json, item.Title, item.Url.AbsoluteUri, item.Style, string.Join(',', item.Stages), item.Segment);
        }

        json.WriteEndArray();
        json.WriteStartArray("campaigns");
        foreach (var campaign in settings.Campaigns)
        {
            WriteAll(json, campaign.Name, campaign.Channel);
        }

        json.WriteEndArray();
    }

    private static void WriteRouting(Utf8JsonWriter json, HandoffRouting routing)
    {
        json.WriteStartObject("routing");
        foreach (var (team, its) in routing.Teams.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(team);
            WriteAll(json, its.Connector, its.RerouteAfter, its.MaxReroutes);
            WriteOwner(json, its.Fallback);
            foreach (var route in its.Routes)
            {
                WriteAll(json, route.Name, route.Segment, route.Region, route.Company, route.MinScore, route.MaxScore, route.Stage, route.Connector, route.Owner is null);
                foreach (var owner in route.Owner is { } only ? [only] : route.RoundRobin)
                {
                    WriteOwner(json, owner);
                }
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteOwner(Utf8JsonWriter json, HandoffOwner owner) =>
        WriteAll(json, [owner.Name, owner.AtWork.Canonical, owner.Email, .. owner.Ids.OrderBy(id => id.Key, StringComparer.Ordinal).SelectMany(id => new[] { id.Key, id.Value })]);

    private static void WriteWriteBack(Utf8JsonWriter json, WriteBackPolicy policy)
    {
        json.WriteStartArray("writeBack");
        WriteAll(json, [policy.MaxOverwrites, policy.OverwriteWindow, policy.EchoWithin, .. policy.InStep.Order().Select(property => (object)property)]);
        WriteAll(json, policy.StageTools.Order(StringComparer.Ordinal));
        json.WriteEndArray();
    }

    private static void WriteAll(Utf8JsonWriter json, params IEnumerable<object?> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteStringValue(value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
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
