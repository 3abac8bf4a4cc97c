using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Polls one organisation, one object after another, by (SystemModstamp, Id). Each run starts a little before
/// the end of the last one.</summary>
internal sealed partial class SalesforcePoll(SalesforceClient client, SalesforceOptions options, ILogger logger)
{
    /// <summary>The rows of the last page that will be read again, valid for one cursor only.</summary>
    private volatile Known _known = new("", []);

    /// <summary>The longest gap that is read again: as long as Salesforce keeps its events.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(3);

    /// <summary>Returns the cursor that reads the gap again.</summary>
    public string? Rewind(string? cursor, EventGap gap, DateTimeOffset now)
    {
        if (cursor is null || !Enum.TryParse<PolledObject>(gap.RecordType, out var polled) || !Enum.IsDefined(polled))
        {
            return cursor;
        }

        var from = (gap.At ?? now) - options.PollOverlap;
        return PollCursor.Read(cursor, options.Name).Back(polled, from > now - LongestGap ? from : now - LongestGap).Write();
    }

    public async Task<PollPage> StepAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var positions = PollCursor.Read(cursor, options.Name).Positions;
        var known = _known is { } last && last.Cursor == cursor ? last.Rows : [];
        var seen = new HashSet<string>();
        var deliveries = new List<Delivery>();
        var next = new Dictionary<PolledObject, PollPosition>();
        foreach (var polled in Polled())
        {
            var position = positions.GetValueOrDefault(polled) ?? new(options.PollSince ?? DateTimeOffset.UnixEpoch);
            var pages = await PagesAsync(polled, position, cancellationToken);
            deliveries.AddRange(pages.Where(page => IsNews(page.Page, known)).Select(page => ToDelivery(page.Body, now)));

            var rows = pages.SelectMany(page => page.Page.Records).ToList();
            next[polled] = position.After(LastOf(rows), pages.Sum(page => page.Page.Rows) >= Soql.PageSize, now, options.PollOverlap);
            seen.UnionWith(
                rows.Where(row => row.Instant("SystemModstamp") >= next[polled].At)
                    .Select(KeyOf).Concat(pages.SelectMany(page => page.Page.Unreadable)));
        }

        var nextCursor = PollCursor.Of(next, seen).Write();
        _known = new(nextCursor, seen);
        return new(deliveries, nextCursor, next.Values.Any(position => position.Id is not null));
    }

    /// <summary>Returns the polled objects. A lead precedes its contact, and a deal precedes its people.</summary>
    private IEnumerable<PolledObject> Polled() =>
    [
        PolledObject.Lead,
        PolledObject.Contact,
        PolledObject.Opportunity,
        PolledObject.OpportunityContactRole,
        .. options.PollTasks ? [PolledObject.Task] : Array.Empty<PolledObject>(),
        .. options.PollEvents ? [PolledObject.Event] : Array.Empty<PolledObject>(),
        .. options.PollCampaigns ? [PolledObject.CampaignMember] : Array.Empty<PolledObject>(),
    ];

    private async Task<IReadOnlyList<(byte[] Body, QueryPage Page)>> PagesAsync(
        PolledObject polled, PollPosition position, CancellationToken cancellationToken)
    {
        try
        {
            return await client.QueryAsync(Soql.From(polled, position, options), cancellationToken);
        }
        catch (VendorRefusedException refused) when (polled is PolledObject.Task or PolledObject.Event or PolledObject.CampaignMember)
        {
            // These are optional: without access to them the other objects are still polled.
            Log.NotPolled(logger, options.Name, polled, SettingOf(polled), refused.ErrorCode);
            return [];
        }
    }

    private static string SettingOf(PolledObject polled) => polled switch
    {
        PolledObject.CampaignMember => nameof(SalesforceOptions.PollCampaigns),
        PolledObject.Event => nameof(SalesforceOptions.PollEvents),
        _ => nameof(SalesforceOptions.PollTasks),
    };

    private Delivery ToDelivery(byte[] body, DateTimeOffset now) => new()
    {
        Connector = options.Name,
        Channel = Delivery.PollChannel,
        Method = "GET",
        Headers = client.UserId is { } user
            ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [SalesforceConnector.ApiUserHeader] = user }
            : new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        Body = body,
        ReceivedAt = now,
    };

    private static bool IsNews(QueryPage page, HashSet<string> known) =>
        page.Records.Select(KeyOf).Concat(page.Unreadable).Any(row => !known.Contains(row));

    /// <summary>Returns the last row with a timestamp. Rows without one must not stop the poll.</summary>
    private static (DateTimeOffset At, string Id)? LastOf(List<SalesforceRecord> rows) =>
        rows.FindLast(row => row.Instant("SystemModstamp") is not null) is { } last
            ? (last.Instant("SystemModstamp")!.Value, last.Id) : null;

    private static string KeyOf(SalesforceRecord row) => $"{row.Id}|{row.Version}";

    private sealed record Known(string Cursor, HashSet<string> Rows);

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning,
            "{Connector} refuses the query for {Polled}s ({ErrorCode}), so none are read. Grant the fields, or set {Setting} to false.")]
        public static partial void NotPolled(
            ILogger logger, string connector, PolledObject polled, string setting, string? errorCode);
    }
}
