using System.Collections.Concurrent;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>
/// The HubSpot portal: what its people would do in it, as methods. What they change is pushed to the hub.
/// </summary>
public sealed class HubSpotState : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HubSpotStore _store;

    public HubSpotState(HubSpotOptions options, TimeProvider time)
    {
        Webhooks = new(options, time);
        Access = new(options, time);
        _store = new(options, time, Webhooks);
        foreach (var property in options.CustomProperties)
        {
            var parts = property.Split('.', 2);
            DefineProperty(parts[0], parts[1]);
        }
    }

    public HubSpotWebhooks Webhooks { get; }

    /// <summary>
    /// Gets the portal's automations by property: they change every text that is written. They run after the
    /// write, so that both values are pushed.
    /// </summary>
    public ConcurrentDictionary<string, Func<string, string>> Rewrites => _store.Rewrites;

    internal HubSpotAccess Access { get; }

    public long CreateContact(string email, params (string Name, string Value)[] properties) => Create("contacts", [("email", email), .. properties]);

    /// <param name="stage">A stage of the default pipeline.</param>
    /// <param name="contactId">Whom the deal is with; null for nobody yet.</param>
    public long CreateDeal(string name, string stage, decimal? amount = null, string? currency = null, long? contactId = null)
    {
        var id = Create("deals", [("dealname", name), ("dealstage", stage), ("amount", FormattableString.Invariant($"{amount}")), ("deal_currency_code", currency ?? "")]);
        if (contactId is { } contact)
        {
            Associate("deals", id, "contacts", contact);
        }

        return id;
    }

    /// <summary>Creates an object of any type; empty values are left out.</summary>
    public long Create(string type, params (string Name, string Value)[] properties) => Do(store =>
        store.Create(store.Type(type), properties.Where(property => property.Value.Length > 0).ToDictionary(), HubSpotSource.Person).Id);

    /// <summary>Changes properties; an empty value clears.</summary>
    public void Update(string type, long id, params (string Name, string Value)[] properties) => Do(store =>
        store.Update(store.Get(store.Type(type), $"{id}"), properties.ToDictionary(), HubSpotSource.Person));

    /// <summary>Moves a contact to any stage, back too: a person may.</summary>
    public void SetLifecycle(long contactId, string stage) => Update("contacts", contactId, ("lifecyclestage", stage));

    public void MoveDeal(long dealId, string stage) => Update("deals", dealId, ("dealstage", stage));

    public void Associate(string fromType, long fromId, string toType, long toId) => Do(store =>
        store.Associate(store.Get(store.Type(fromType), $"{fromId}"), store.Get(store.Type(toType), $"{toId}"), null, HubSpotSource.Person));

    public void Disassociate(string fromType, long fromId, string toType, long toId) => Do(store =>
        store.Disassociate(store.Get(store.Type(fromType), $"{fromId}"), store.Get(store.Type(toType), $"{toId}"), HubSpotSource.Person));

    /// <summary>Merges two contacts and returns the id of the result.</summary>
    /// <param name="newRecord">Whether the result is a third record.</param>
    public long MergeContacts(long winnerId, long otherId, bool newRecord = false) => Do(store =>
    {
        var type = store.Type("contacts");
        return store.Merge(store.Get(type, $"{winnerId}"), store.Get(type, $"{otherId}"), newRecord, HubSpotSource.Person).Id;
    });

    public void Archive(string type, long id) => Do(store => store.Archive(store.Get(store.Type(type), $"{id}"), HubSpotSource.Person));

    /// <summary>Deletes a contact for good: both a deletion and a privacy deletion are pushed.</summary>
    public void PrivacyDelete(long contactId) => Do(store => store.PrivacyDelete(store.Get(store.Type("contacts"), $"{contactId}"), HubSpotSource.Person));

    /// <summary>
    /// The object as it is now; null when there is none or it is archived. A merged id gives the result of the merge.
    /// </summary>
    public HubSpotRecord? Get(string type, long id) => Do(store => store.Find(store.Type(type), $"{id}")?.ToRecord());

    public HubSpotRecord? FindContact(string email) => Do(store => store.Find(store.Type("contacts"), email, "email")?.ToRecord());

    /// <summary>All objects of a type that are not archived, in order of creation.</summary>
    public IReadOnlyList<HubSpotRecord> All(string type) => Do<IReadOnlyList<HubSpotRecord>>(store =>
        [.. store.All(store.Type(type)).Where(each => each.ArchivedAt is null).Select(each => each.ToRecord())]);

    /// <summary>The ids of what an object is tied to.</summary>
    public IReadOnlyList<long> AssociatedIds(string type, long id, string toType) => Do<IReadOnlyList<long>>(store =>
        [.. store.Associations.Of(store.Get(store.Type(type), $"{id}"), store.Type(toType)).Select(tie => tie.Id)]);

    /// <summary>Adds a property of the portal's own, for text.</summary>
    public void DefineProperty(string type, string name) => Do(store => store.Type(type).Define(name, HubSpotPropertyKind.Text));

    /// <summary>Adds a lifecycle stage after the last; stages of a portal's own have numbers as ids.</summary>
    public void DefineLifecycleStage(string id, string label) => Do(store => store.Type("contacts").Options["lifecyclestage"].Add(new(id, label)));

    /// <summary>Adds a deal pipeline; a stage of probability 1 is won, of 0 is lost.</summary>
    public void DefinePipeline(string id, string label, params (string Id, string Label, double Probability)[] stages) => Do(store =>
        store.Pipelines[id] = (label, [.. stages.Select(stage => new HubSpotStage(stage.Id, stage.Label, stage.Probability))]));

    /// <summary>Ends all OAuth access tokens at once.</summary>
    public void ExpireTokens() => Access.Expire();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Webhooks.DisposeAsync();

    internal T Do<T>(Func<HubSpotStore, T> act)
    {
        lock (_lock)
        {
            return act(_store);
        }
    }

    internal void Do(Action<HubSpotStore> act)
    {
        lock (_lock)
        {
            act(_store);
        }
    }
}
