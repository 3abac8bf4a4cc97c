using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The objects the hub reads.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PolledObject>))]
internal enum PolledObject
{
    Lead,
    Opportunity,
    Task,
    Event,
    Contact,
    OpportunityContactRole,
}

/// <summary>
/// How far an object has been read. Between runs it is a time, from which the next run reads again what may have been committed late. Within a run, as long as there are
/// more rows than one query gives, it is a row: <see cref="Id"/> keeps rows of one stamp apart, however many there are.
/// </summary>
/// <param name="At">The time; rows from exactly then on are still to be read.</param>
/// <param name="Id">The last row read at <paramref name="At"/>; null between runs.</param>
/// <param name="Started">When the run began by our clock; null between runs.</param>
internal sealed record PollPosition(DateTimeOffset At, string? Id = null, DateTimeOffset? Started = null)
{
    /// <summary>Where to go on after a query.</summary>
    /// <param name="last">The last row read; null where there was none.</param>
    /// <param name="more">Whether the query gave all it may give, so that there are more rows.</param>
    /// <param name="now">The present time.</param>
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

        // A row whose stamp lies the overlap before what has been seen, and before the run began, was there to be seen.
        var seen = last?.At ?? At;
        var settled = (seen < started ? seen : started) - overlap;
        return new(Id is null && settled < At ? At : settled);
    }
}

/// <summary>What is kept between polls.</summary>
/// <param name="Positions">How far each object has been read.</param>
/// <param name="Seen">Stands for the rows that have been seen and will come again: cursors with the same rows seen are equal, any others are not.</param>
internal sealed record PollCursor(IReadOnlyDictionary<PolledObject, PollPosition> Positions, string Seen)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Reads a cursor; null is the very start.</summary>
    /// <exception cref="UnreadableDeliveryException">It is none.</exception>
    public static PollCursor Read(string? cursor, string connector)
    {
        try
        {
            return cursor is null ? Of(new Dictionary<PolledObject, PollPosition>(), []) : JsonSerializer.Deserialize<PollCursor>(cursor, Json)!;
        }
        catch (JsonException)
        {
            throw new UnreadableDeliveryException(connector, "the poll's cursor is not one that this hub has written");
        }
    }

    /// <summary>Makes a cursor.</summary>
    public static PollCursor Of(IReadOnlyDictionary<PolledObject, PollPosition> positions, IEnumerable<string> seen) =>
        new(positions, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', seen.Order(StringComparer.Ordinal)))))[..16]);

    /// <summary>The cursor that reads an object again from an earlier time on; the same where it has not come so far.</summary>
    public PollCursor Back(PolledObject polled, DateTimeOffset from) => Positions.TryGetValue(polled, out var position) && position.At > from
        ? this with { Positions = new Dictionary<PolledObject, PollPosition>(Positions) { [polled] = new(from) } }
        : this;

    /// <summary>The text that is kept.</summary>
    public string Write() => JsonSerializer.Serialize(this with { Positions = new SortedDictionary<PolledObject, PollPosition>(Positions.ToDictionary()) }, Json);
}
