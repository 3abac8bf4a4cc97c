using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Common;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The objects the hub reads.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PolledObject>))]
internal enum PolledObject
{
    Lead,
    Opportunity,
    Task,
    Contact,
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

/// <summary>The positions of all objects, as the text that is kept.</summary>
internal static class PollCursor
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="UnreadableDeliveryException">It is none.</exception>
    public static Dictionary<PolledObject, PollPosition> Read(string? cursor, string connector)
    {
        try
        {
            return cursor is null ? [] : JsonSerializer.Deserialize<Dictionary<PolledObject, PollPosition>>(cursor, Json) ?? [];
        }
        catch (JsonException)
        {
            throw new UnreadableDeliveryException(connector, "the poll's cursor is not one that this hub has written");
        }
    }

    /// <summary>Writes a cursor.</summary>
    public static string Write(IReadOnlyDictionary<PolledObject, PollPosition> positions) => JsonSerializer.Serialize(new SortedDictionary<PolledObject, PollPosition>(positions.ToDictionary()), Json);
}
