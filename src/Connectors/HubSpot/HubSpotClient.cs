using System.Globalization;
using System.Net;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Speaks with one HubSpot account, 100 records a call.</summary>
internal sealed class HubSpotClient(IHubSpotApi api, VendorCalls calls, TimeProvider clock)
{
    /// <summary>How many records HubSpot gives in one call.</summary>
    public const int BatchSize = 100;

    /// <summary>HubSpot's number for "this note is on that contact".</summary>
    private const int NoteToContact = 202;

    private const int NotesPerPage = 500;

    private static readonly string[] ContactProperties =
        ["email", "hs_additional_emails", "firstname", "lastname", "company", "jobtitle", "phone", "country", "hubspotscore", "hs_email_optout", "lifecyclestage"];

    private static readonly string[] DealProperties = ["dealstage", "pipeline", "amount", "deal_currency_code", "hubspot_owner_id"];

    /// <summary>How long pipelines are taken as they were; one that is not known makes them be read again, but not more often than <see cref="AskAgainAfter"/>.</summary>
    private static readonly TimeSpan PipelinesHold = TimeSpan.FromMinutes(30), AskAgainAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LockedFor = TimeSpan.FromSeconds(2);

    private volatile Pipelines? _pipelines;

    /// <summary>Contacts by id; who is not there is left out.</summary>
    public Task<Dictionary<string, HubSpotObjectWire>> ContactsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync("contacts", ids, ContactProperties, cancellationToken);

    /// <summary>Deals by id; what is not there is left out.</summary>
    public Task<Dictionary<string, HubSpotObjectWire>> DealsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        ReadAsync("deals", ids, DealProperties, cancellationToken);

    /// <summary>The ids of each deal's contacts, in order.</summary>
    public async Task<Dictionary<string, IReadOnlyList<string>>> ContactsOfDealsAsync(IReadOnlyCollection<string> deals, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(deals.Chunk(BatchSize).Select(ids => RunAsync(() =>
            api.ContactsOfDealsAsync(new([.. ids.Select(id => new HubSpotIdWire(id))]), repeatable: true, cancellationToken))));
        return pages.SelectMany(page => page.Results ?? []).Where(deal => deal.From is not null).GroupBy(deal => deal.From!.Id).ToDictionary(
            deal => deal.Key,
            IReadOnlyList<string> (deal) => [.. deal.SelectMany(part => part.To ?? []).Select(contact => contact.ToObjectId).OfType<long>().Distinct().Order()
                .Select(id => id.ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>What a deal stage means by its pipeline: a probability of 1 is won, of 0 lost. Null for a stage that is open, or that no pipeline has.</summary>
    public async Task<DealStageMeaning?> OutcomeAsync(string stage, CancellationToken cancellationToken)
    {
        var age = clock.GetUtcNow() - (_pipelines?.ReadAt ?? DateTimeOffset.MinValue);
        if (_pipelines is null || age >= PipelinesHold || (age >= AskAgainAfter && !_pipelines.Probabilities.ContainsKey(stage)))
        {
            var wire = await RunAsync(() => api.PipelinesAsync(cancellationToken));
            _pipelines = new(clock.GetUtcNow(), ProbabilitiesOf(wire));
        }

        return _pipelines.Probabilities.GetValueOrDefault(stage, -1m) switch
        {
            1m => DealStageMeaning.Won,
            0m => DealStageMeaning.Lost,
            _ => null,
        };
    }

    /// <summary>A contact with what the hub writes; null where it is not there, or no longer.</summary>
    public async Task<HubSpotObjectWire?> ContactAsync(string contact, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(() => api.ContactAsync(contact, string.Join(',', HubSpotWriting.Read), cancellationToken));
        }
        catch (VendorRefusedException refused) when (refused.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Writes properties of a contact; an empty text clears.</summary>
    public Task WriteAsync(string contact, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpdateContactAsync(contact, new(properties), repeatable: true, cancellationToken));

    /// <summary>The texts of all notes on a contact; null where the contact is not there, or no longer.</summary>
    public async Task<IReadOnlyList<string>?> NotesAsync(string contact, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        string? after = null;
        try
        {
            do
            {
                var page = await RunAsync(() => api.NotesOfContactAsync(contact, NotesPerPage, after, cancellationToken));
                ids.AddRange((page.Results ?? []).Select(note => note.ToObjectId).OfType<long>().Select(id => id.ToString(CultureInfo.InvariantCulture)));
                after = page.Paging?.Next?.After;
            }
            while (after is not null);
        }
        catch (VendorRefusedException refused) when (refused.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        var notes = await ReadAsync("notes", ids, ["hs_note_body"], cancellationToken);
        return [.. notes.Values.Select(note => note.Text("hs_note_body")).OfType<string>()];
    }

    /// <summary>Makes a note on a contact. Repeating it makes another.</summary>
    public Task CreateNoteAsync(string contact, string body, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var properties = new Dictionary<string, string> { ["hs_timestamp"] = at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), ["hs_note_body"] = body };
        var note = new HubSpotNewNoteWire(properties, [new(new(contact), [new("HUBSPOT_DEFINED", NoteToContact)])]);
        return RunAsync(() => api.CreateNoteAsync(note, cancellationToken));
    }

    private static Dictionary<string, decimal> ProbabilitiesOf(HubSpotPipelinesWire wire) => (wire.Results ?? []).SelectMany(pipeline => pipeline.Stages ?? [])
        .Where(stage => stage.Id is not null)
        .GroupBy(stage => stage.Id!)
        .ToDictionary(stage => stage.Key, stage => stage.First().Probability ?? -1m);

    private async Task<Dictionary<string, HubSpotObjectWire>> ReadAsync(
        string type, IReadOnlyCollection<string> ids, IReadOnlyList<string> properties, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(ids.Chunk(BatchSize).Select(chunk => RunAsync(() =>
            api.ReadAsync(type, new([.. chunk.Select(id => new HubSpotIdWire(id))], properties), repeatable: true, cancellationToken))));
        return pages.SelectMany(page => page.Results ?? []).Where(record => record.Id is not null).DistinctBy(record => record.Id).ToDictionary(record => record.Id!);
    }

    /// <summary>423 is a record that somebody else is writing, 477 an account that is being moved: both are over soon.</summary>
    private async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await calls.RunAsync(call);
        }
        catch (VendorRefusedException refused) when ((int)refused.Status is 423 or 477)
        {
            throw new VendorUnavailableException(refused.Connector, refused.Call, refused.Status, LockedFor, refused);
        }
    }

    private sealed record Pipelines(DateTimeOffset ReadAt, IReadOnlyDictionary<string, decimal> Probabilities);
}
