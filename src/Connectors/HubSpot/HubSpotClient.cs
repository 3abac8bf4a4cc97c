using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;
using Refit;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Calls one HubSpot account in batches of records.</summary>
internal sealed class HubSpotClient(IHubSpotApi api, VendorCalls calls, TimeProvider clock)
{
    /// <summary>HubSpot's largest batch.</summary>
    public const int BatchSize = 100;

    /// <summary>HubSpot's largest batch with property history.</summary>
    public const int HistoryBatchSize = 50;

    /// <summary>HubSpot's association type from a note to its contact.</summary>
    private const int NoteToContact = 202;

    private const int NotesPerPage = 500;

    private static readonly string[] ContactProperties =
        [
            "email",
            "hs_additional_emails",
            "firstname",
            "lastname",
            "company",
            "jobtitle",
            "phone",
            "country",
            "hubspotscore",
            "hs_email_optout",
            "lifecyclestage",
            "hubspot_owner_id",
        ];

    private static readonly string[] DealProperties =
    [
        "dealstage",
        "pipeline",
        "dealtype",
        "amount",
        "deal_currency_code",
        "hubspot_owner_id",
        "closedate",
        "closed_lost_reason",
    ];

    /// <summary>How long pipelines are cached. An unknown stage refreshes them earlier, but not more often than <see
    /// cref="AskAgainAfter"/>.</summary>
    private static readonly TimeSpan PipelinesHold = TimeSpan.FromMinutes(30), AskAgainAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LockedFor = TimeSpan.FromSeconds(2);

    private volatile Pipelines? _pipelines;

    /// <summary>Reads contacts by id, with the history of stage and opt-out. Missing ones are left out.</summary>
    /// <param name="further">A further property to read; null for none.</param>
    public Task<Dictionary<string, HubSpotObjectWire>> ContactsAsync(
        IReadOnlyCollection<string> ids, string? further, CancellationToken cancellationToken) =>
        ReadAsync(
            "contacts", ids, further is null ? ContactProperties : [.. ContactProperties, further],
            ["lifecyclestage", "hs_email_optout"], cancellationToken);

    /// <summary>Reads a page of all contacts, with address and time of change.</summary>
    public async Task<PersonPage> ListAsync(string? after, CancellationToken cancellationToken)
    {
        var page = await RunAsync(() => api.ContactsAsync(BatchSize, after, "email,lastmodifieddate", cancellationToken));
        return new([.. (page.Results ?? []).Where(contact => contact.Id is not null).Select(ToListed)], page.Paging?.Next?.After);
    }

    /// <summary>Returns those of some contacts that are there.</summary>
    public async Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        (await ReadAsync("contacts", ids, ["lastmodifieddate"], null, cancellationToken)).Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads deals by id. Missing ones are left out.</summary>
    public Task<Dictionary<string, HubSpotObjectWire>> DealsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync("deals", ids, DealProperties, null, cancellationToken);

    /// <summary>Reads deals by id, with the history of their stage. Missing ones are left out.</summary>
    public Task<Dictionary<string, HubSpotObjectWire>> DealsWithHistoryAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync("deals", ids, DealProperties, ["dealstage"], cancellationToken);

    /// <summary>Reads the contact ids of each deal, in order.</summary>
    public Task<Dictionary<string, IReadOnlyList<string>>> ContactsOfDealsAsync(
        IReadOnlyCollection<string> deals, CancellationToken cancellationToken) =>
        AssociatedAsync("deals", "contacts", deals, cancellationToken);

    /// <summary>Reads the deal ids of each contact, in order.</summary>
    public Task<Dictionary<string, IReadOnlyList<string>>> DealsOfContactsAsync(
        IReadOnlyCollection<string> contacts, CancellationToken cancellationToken) =>
        AssociatedAsync("contacts", "deals", contacts, cancellationToken);

    /// <summary>Returns what a deal stage means by its pipeline: probability 1 is won, 0 is lost. Returns null for an
    /// open or unknown stage.</summary>
    public async Task<DealStageMeaning?> OutcomeAsync(string stage, CancellationToken cancellationToken)
    {
        var age = clock.GetUtcNow() - (_pipelines?.ReadAt ?? DateTimeOffset.MinValue);
        if (_pipelines is null || age >= PipelinesHold || (age >= AskAgainAfter && !_pipelines.Probabilities.ContainsKey(stage)))
        {
            var wire = await RunAsync(() => api.PipelinesAsync(cancellationToken));
            _pipelines = new(clock.GetUtcNow(), ProbabilitiesOf(wire));
        }

        return OutcomeOf(_pipelines.Probabilities.GetValueOrDefault(stage, -1m));
    }

    /// <summary>Returns what a probability says: 1 is won, 0 is lost; null for another.</summary>
    public static DealStageMeaning? OutcomeOf(decimal? probability) => probability switch
    {
        1m => DealStageMeaning.Won,
        0m => DealStageMeaning.Lost,
        _ => null,
    };

    /// <summary>Reads the stages of all deal pipelines.</summary>
    public async Task<IReadOnlyList<HubSpotPipelineStageWire>> DealStagesAsync(CancellationToken cancellationToken) =>
    [
        .. ((await RunAsync(() => api.PipelinesAsync(cancellationToken))).Results ?? [])
            .SelectMany(pipeline => pipeline.Stages ?? []).Where(stage => stage.Id is not null).DistinctBy(stage => stage.Id),
    ];

    /// <summary>Reads the definition of a contact property; null when it does not exist.</summary>
    public Task<HubSpotPropertyWire?> ContactPropertyAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(() => api.PropertyAsync("contacts", name, cancellationToken));

    /// <summary>Reads a contact with the properties that the hub writes; null when it does not exist.</summary>
    public Task<HubSpotObjectWire?> ContactAsync(string contact, CancellationToken cancellationToken) =>
        FindAsync(() => api.ContactAsync(contact, string.Join(',', HubSpotWriting.Read), cancellationToken));

    /// <summary>Erases a contact for privacy. A no-op for one that is gone.</summary>
    public Task EraseAsync(string contact, CancellationToken cancellationToken) =>
        FindAsync(() => api.EraseContactAsync(new(contact), repeatable: true, cancellationToken));

    /// <summary>Writes properties of a contact; an empty text clears a property.</summary>
    public Task WriteAsync(string contact, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpdateContactAsync(contact, new(properties), repeatable: true, cancellationToken));

    /// <summary>Reads the texts of a contact's notes; null when the contact does not exist.</summary>
    public async Task<IReadOnlyList<string>?> NotesAsync(string contact, CancellationToken cancellationToken)
    {
        var (ids, markers) = (new List<string>(), new PageMarkers(calls.Connector, "GET notes of a contact"));
        string? after = null;
        do
        {
            if (await FindAsync(() => api.NotesOfContactAsync(contact, NotesPerPage, after, cancellationToken)) is not { } page)
            {
                return null;
            }

            var noteIds = (page.Results ?? []).Select(note => note.ToObjectId).OfType<long>();
            ids.AddRange(noteIds.Select(id => id.ToString(CultureInfo.InvariantCulture)));
            after = page.Paging?.Next?.After is { } next ? markers.Follow(next) : null;
        }
        while (after is not null);

        var notes = await ReadAsync("notes", ids, ["hs_note_body"], null, cancellationToken);
        return [.. notes.Values.Select(note => note.Text("hs_note_body")).OfType<string>()];
    }

    /// <summary>Creates a note on a contact. Not idempotent.</summary>
    public Task CreateNoteAsync(string contact, string body, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var properties = new Dictionary<string, string>
        {
            ["hs_timestamp"] = at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["hs_note_body"] = body,
        };
        var note = new HubSpotNewNoteWire(properties, [new(new(contact), [new("HUBSPOT_DEFINED", NoteToContact)])]);
        return RunAsync(() => api.CreateNoteAsync(note, cancellationToken));
    }

    private static ListedPerson ToListed(HubSpotObjectWire contact) => new(
        contact.Id!,
        EmailAddress.TryParse(contact.Text("email"), out var email) ? email : null,
        DateTimeOffset.TryParse(
            contact.Text("lastmodifieddate"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var changedAt)
            ? changedAt : null);

    private static Dictionary<string, decimal> ProbabilitiesOf(HubSpotPipelinesWire wire) =>
        (wire.Results ?? []).SelectMany(pipeline => pipeline.Stages ?? [])
        .Where(stage => stage.Id is not null)
        .GroupBy(stage => stage.Id!)
        .ToDictionary(stage => stage.Key, stage => stage.First().Probability ?? -1m);

    /// <summary>Reads associations, page by page for each record.</summary>
    private async Task<Dictionary<string, IReadOnlyList<string>>> AssociatedAsync(
        string from, string to, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var (found, markers) = (new List<(string From, long To)>(), new Dictionary<string, PageMarkers>(StringComparer.Ordinal));
        var left = ids.Select(id => new HubSpotIdWire(id)).ToList();
        while (left.Count > 0)
        {
            var pages = await Task.WhenAll(
                left.Chunk(BatchSize)
                    .Select(chunk => RunAsync(() => api.AssociationsAsync(from, to, new(chunk), repeatable: true, cancellationToken))));
            var answers = pages.SelectMany(page => page.Results ?? []).Where(answer => answer.From is not null).ToList();
            found.AddRange(
                answers.SelectMany(answer =>
                    (answer.To ?? []).Select(other => other.ToObjectId).OfType<long>().Select(id => (answer.From!.Id, id))));

            left =
            [
                .. answers.Where(answer => answer.Paging?.Next?.After is not null)
                    .Select(answer => new HubSpotIdWire(answer.From!.Id, MarkersOf(answer.From.Id).Follow(answer.Paging!.Next!.After!))),
            ];
        }

        PageMarkers MarkersOf(string id) =>
            markers.TryGetValue(id, out var known) ? known : markers[id] = new(calls.Connector, $"POST associations of {from}");

        return found.GroupBy(pair => pair.From).ToDictionary(
            group =>
                group.Key, IReadOnlyList<string> (group) =>
                    [.. group.Select(pair => pair.To).Distinct().Order().Select(id => id.ToString(CultureInfo.InvariantCulture))]);
    }

    private async Task<Dictionary<string, HubSpotObjectWire>> ReadAsync(
        string type, IReadOnlyCollection<string> ids, IReadOnlyList<string> properties, IReadOnlyList<string>? withHistory,
        CancellationToken cancellationToken)
    {
        var size = withHistory is null ? BatchSize : HistoryBatchSize;
        var pages = await Task.WhenAll(ids.Chunk(size).Select(chunk => RunAsync(() =>
            api.ReadAsync(
                type, new([.. chunk.Select(id => new HubSpotIdWire(id))], properties, withHistory), repeatable: true, cancellationToken))));
        return pages.SelectMany(page => page.Results ?? [])
            .Where(record => record.Id is not null).DistinctBy(record => record.Id).ToDictionary(record => record.Id!);
    }

    private Task<T> RunAsync<T>(Func<Task<T>> call) => TranslateAsync(() => calls.RunAsync(call));

    private Task<T?> FindAsync<T>(Func<Task<IApiResponse<T>>> call) => TranslateAsync(() => calls.FindAsync(call));

    /// <summary>Translates temporary refusals: 423 (record locked) and 477 (account migrating).</summary>
    private static async Task<T> TranslateAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (VendorRefusedException refused) when ((int)refused.Status is 423 or 477)
        {
            throw new VendorUnavailableException(refused.Connector, refused.Call, refused.Status, LockedFor, refused);
        }
    }

    private sealed record Pipelines(DateTimeOffset ReadAt, IReadOnlyDictionary<string, decimal> Probabilities);
}
