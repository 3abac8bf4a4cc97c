using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Selects the erasures to cancel.</summary>
/// <param name="DryRun">Whether to count without restoring.</param>
internal sealed record ErasureOrder(ErasureFilter Filter, bool DryRun)
{
    private const string Form =
        """Send JSON of the form {"source":"api or tool","connector":"…","from":"…","to":"…","dryRun":true} """
        + "with at least one filter.";

    /// <summary>Rejects unknown properties: a misspelt filter would restore more.</summary>
    private static readonly JsonSerializerOptions Strict = new(HubJson.Options)
    { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads an order from JSON. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryRead(string json, [NotNullWhen(true)] out ErasureOrder? order, [NotNullWhen(false)] out string? fault)
    {
        (order, fault) = (null, Form);
        try
        {
            if (JsonSerializer.Deserialize<Wire>(json, Strict) is { } wire
                && (wire.Source, wire.Connector, wire.From, wire.To) is not (null, null, null, null))
            {
                (order, fault) = (new(new(wire.Source, wire.Connector, wire.From, wire.To), wire.DryRun), null);
            }
        }
        catch (JsonException)
        {
            // The fault says how to write it.
        }

        return fault is null;
    }

    /// <summary>Reads a filter from a query. On failure <paramref name="fault"/> says how to write it.</summary>
    public static bool TryRead(
        IQueryCollection query, [NotNullWhen(true)] out ErasureFilter? filter, [NotNullWhen(false)] out string? fault)
    {
        (filter, fault) = (null, null);
        string? Text(string name) => string.IsNullOrWhiteSpace(query[name]) ? null : query[name].ToString().Trim();
        DateTimeOffset from = default, to = default;
        var source = ErasureSource.Api;
        if (Text("source") is { } named && !Enum.TryParse(named, ignoreCase: true, out source))
        {
            fault = "The value of source is api or tool.";
        }
        else if ((Text("from") is { } first && !TryReadTime(first, out from)) || (Text("to") is { } last && !TryReadTime(last, out to)))
        {
            fault = "The values of from and to are instants in ISO 8601, for example 2026-03-02T00:00:00Z.";
        }
        else
        {
            filter = new(
                Text("source") is null ? null : source, Text("connector"),
                Text("from") is null ? null : from, Text("to") is null ? null : to);
        }

        return fault is null;
    }

    private static bool TryReadTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private sealed record Wire(
        ErasureSource? Source = null, string? Connector = null, DateTimeOffset? From = null,
        DateTimeOffset? To = null, bool DryRun = false);
}
