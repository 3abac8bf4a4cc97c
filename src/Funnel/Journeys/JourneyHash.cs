using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntegrationHub.Funnel;

/// <summary>The fingerprint of a journey: SHA-256 over a form that depends on no culture, time zone or run. Changing the form changes every stored hash.</summary>
internal static class JourneyHash
{
    /// <summary>The hash of everything in a journey but its hash.</summary>
    public static string Of(Journey journey)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("leadId", journey.LeadId.Value);
            json.WriteString("stage", Name(journey.Stage));
            json.WriteString("owner", journey.Owner);
            json.WriteString("enteredAt", journey.EnteredAt);
            json.WriteBoolean("erased", journey.Erased);
            WriteEntries(json, journey);
            WriteDeals(json, journey);
            WritePerson(json, journey);
            WriteActivities(json, journey);
            json.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void WriteEntries(Utf8JsonWriter json, Journey journey)
    {
        json.WriteStartArray("entries");
        foreach (var entry in journey.Entries)
        {
            json.WriteStartObject();
            json.WriteString("stage", Name(entry.Stage));
            json.WriteString("enteredAt", entry.EnteredAt);
            json.WriteString("rule", entry.Rule);
            json.WriteString("reason", entry.Reason);
            json.WriteString("factKey", entry.FactKey);
            json.WriteString("connector", entry.Connector);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("held");
        foreach (var held in journey.Held)
        {
            json.WriteStartObject();
            json.WriteString("connector", held.Connector);
            json.WriteString("raw", held.Raw);
            json.WriteString("occurredAt", held.OccurredAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDeals(Utf8JsonWriter json, Journey journey)
    {
        json.WriteStartArray("deals");
        foreach (var deal in journey.Deals)
        {
            json.WriteStartObject();
            json.WriteString("connector", deal.Connector);
            json.WriteString("id", deal.Id);
            json.WriteString("stage", deal.Stage);
            json.WriteString("funnelStage", deal.FunnelStage is { } stage ? Name(stage) : null);
            json.WriteString("status", Name(deal.Status));
            WriteNumber(json, "amount", deal.Amount);
            json.WriteString("currency", deal.Currency);
            json.WriteString("owner", deal.Owner);
            json.WriteString("openedAt", deal.OpenedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePerson(Utf8JsonWriter json, Journey journey)
    {
        json.WriteString("emailConsent", Name(journey.EmailConsent));
        json.WriteStartObject("profile");
        json.WriteString("email", journey.Profile.Email);
        json.WriteString("firstName", journey.Profile.FirstName);
        json.WriteString("lastName", journey.Profile.LastName);
        json.WriteString("company", journey.Profile.Company);
        json.WriteString("jobTitle", journey.Profile.JobTitle);
        json.WriteString("phone", journey.Profile.Phone);
        json.WriteString("region", journey.Profile.Region);
        json.WriteString("segment", journey.Profile.Segment);
        WriteNumber(json, "score", journey.Profile.Score);
        json.WriteEndObject();
        json.WriteStartObject("profileSources");
        foreach (var (property, connector) in journey.ProfileSources)
        {
            json.WriteString(Name(property), connector);
        }

        json.WriteEndObject();
        json.WriteStartArray("identities");
        foreach (var key in journey.Identities)
        {
            json.WriteStringValue(key.Canonical);
        }

        json.WriteEndArray();
        if (journey.GoneRecords.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("goneRecords");
        foreach (var record in journey.GoneRecords)
        {
            json.WriteStringValue(record.Canonical);
        }

        json.WriteEndArray();
    }

    private static void WriteActivities(Utf8JsonWriter json, Journey journey)
    {
        WriteTime(json, "nextActivityAt", journey.NextActivityAt);
        WriteTime(json, "lastActivityAt", journey.LastActivityAt);
        json.WriteStartArray("pauses");
        foreach (var pause in journey.Pauses)
        {
            json.WriteStringValue(pause.From);
            json.WriteStringValue(pause.To);
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, decimal? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Name<T>(T value)
        where T : struct, Enum => Enum.GetName(value) ?? throw new InvalidOperationException($"{typeof(T).Name} has no value {value}.");
}
