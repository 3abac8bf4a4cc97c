using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The objects that the hub polls.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PolledObject>))]
internal enum PolledObject
{
    Lead,
    Opportunity,
    Task,
    Event,
    Contact,
    OpportunityContactRole,
    CampaignMember,
}

/// <summary>How far an object was read. Between runs it is a time, from which the next run reads again for late
/// commits. Within a run it is a row: <see cref="Id"/> separates rows with the same stamp.</summary>
/// <param name="At">The time, inclusive, from which rows are unread.</param>
/// <param name="Id">The last row read at <paramref name="At"/>; null between runs.</param>
/// <param name="Started">When the run began by the hub's clock; null between runs.</param>
internal sealed record PollPosition(DateTimeOffset At, string? Id = null, DateTimeOffset? Started = null)
{
    /// <summary>Returns the position after a query.</summary>
    /// <param name="last">The last row; null when there was none.</param>
    /// <param name="more">Whether the query has more rows.</param>
    /// <param name="overlap">How late a row may be committed after its stamp.</param>
    public PollPosition After((DateTimeOffset At, string Id)? last, bool more, DateTimeOffset now, TimeSpan overlap)
    {
        var started = Started ?? now;

        // A row whose stamp lies before what was asked for does not turn the poll back.
        last = last?.At < At ? null : last;
        if (more && last is { } row)
        {
            return new(row.At, row.Id, started);
        }

        // A row that is older than the newest row and the run by the overlap was visible.
        var seen = last?.At ?? At;
        var settled = (seen < started ? seen : started) - overlap;
        return new(Id is null && settled < At ? At : settled);
    }
}

/// <summary>The state between polls.</summary>
/// <param name="Seen">A hash of the rows that were seen and will be read again. It is
/// equal only for the same rows.</param>
internal sealed record PollCursor(IReadOnlyDictionary<PolledObject, PollPosition> Positions, string Seen)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Reads a cursor; null is the very start.</summary>
    /// <exception cref="UnreadableDeliveryException">It is not a cursor of the hub.</exception>
    public static PollCursor Read(string? cursor, string connector)
    {
        try
        {
            return cursor is null
                ? Of(new Dictionary<PolledObject, PollPosition>(), [])
                : JsonSerializer.Deserialize<PollCursor>(cursor, Json)!;
        }
        catch (JsonException)
        {
            throw new UnreadableDeliveryException(connector, "the poll's cursor is not one that this hub has written");
        }
    }

    public static PollCursor Of(IReadOnlyDictionary<PolledObject, PollPosition> positions, IEnumerable<string> seen) =>
        new(
            positions,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', seen.Order(StringComparer.Ordinal)))))[..16]);

    /// <summary>Returns the cursor that reads an object again from an earlier time; the same one when it
    /// has not come that far.</summary>
    public PollCursor Back(PolledObject polled, DateTimeOffset from) =>
        Positions.TryGetValue(polled, out var position) && position.At > from
        ? this with { Positions = new Dictionary<PolledObject, PollPosition>(Positions) { [polled] = new(from) } }
        : this;

    /// <summary>Serialises the cursor.</summary>
    public string Write() =>
        JsonSerializer.Serialize(
            this with { Positions = new SortedDictionary<PolledObject, PollPosition>(Positions.ToDictionary()) }, Json);
}
