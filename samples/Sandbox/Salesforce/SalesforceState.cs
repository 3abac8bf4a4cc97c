using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Salesforce.Soql;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>The Salesforce org: what its people would do in it, as methods.</summary>
public sealed class SalesforceState
{
    private readonly Lock _lock = new();
    private readonly SalesforceStore _store;

    public SalesforceState(SalesforceOptions options, TimeProvider time)
    {
        PageSize = options.PageSize;
        Access = new(options, time);
        _store = new(options, time);
    }

    /// <summary>Gets or sets the records in one page of a query; a caller may ask for less.</summary>
    public int PageSize { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether an upsert that updates answers 204 without a body instead of 200.
    /// </summary>
    public bool UpsertAnswersNoContent { get; set; }

    /// <summary>
    /// Gets or sets how long a write stays unseen by queries, though its stamp is of the write;
    /// infinite is until <see cref="Commit"/>.
    /// </summary>
    public TimeSpan CommitDelay
    {
        get => Do(store => store.CommitDelay);
        set => Do(store => store.CommitDelay = value);
    }

    /// <summary>
    /// Gets or sets how stamps of writes differ; setting <see cref="StampMode.Tied"/> takes the stamp of now.
    /// </summary>
    public StampMode Stamps
    {
        get => Do(store => store.Stamps);
        set => Do(store => store.Stamps = value);
    }

    /// <summary>
    /// Gets the org's automations: by field, what they make of every text that is written to it, whoever writes. They
    /// run before the record is saved, so that only their value is ever seen.
    /// </summary>
    public ConcurrentDictionary<string, Func<string, string>> Rewrites => _store.Rewrites;

    /// <summary>Gets the ids of the salespeople.</summary>
    public IReadOnlyList<string> Owners => Do<IReadOnlyList<string>>(store => [.. store.Owners]);

    /// <summary>Gets the id of the user whom the API acts as.</summary>
    public string ApiUser => Do(store => store.ApiUser);

    /// <summary>Gets the API requests made so far.</summary>
    public int RequestsUsed => Access.Used;

    internal SalesforceAccess Access { get; }

    internal SalesforceCursors Cursors { get; } = new();

    public string CreateLead(string email, string lastName, string company, params (string Field, object? Value)[] fields) =>
        Create("Lead", [("Email", email), ("LastName", lastName), ("Company", company), .. fields]);

    /// <param name="contactId">The primary contact; null for none.</param>
    public string CreateOpportunity(string name, string stage, DateOnly closes, decimal? amount = null, string? contactId = null) =>
        Create("Opportunity", ("Name", name), ("StageName", stage), ("CloseDate", closes), ("Amount", amount), ("ContactId", contactId));

    /// <summary>Creates a record of any type; null values are left out.</summary>
    public string Create(string type, params (string Field, object? Value)[] fields) => Do(store =>
        store.Insert(store.Schema.Type(type), fields.Where(field => field.Value is not null).ToDictionary(), store.Owners[0]).Id);

    /// <summary>Changes fields; null clears.</summary>
    public void Update(string type, string id, params (string Field, object? Value)[] fields) => Do(store =>
        store.Update(store.Get(store.Schema.Type(type), id), fields.ToDictionary(), store.Owners[0]));

    public void SetLeadStatus(string leadId, string status) => Update("Lead", leadId, ("Status", status));

    public void MoveOpportunity(string opportunityId, string stage) => Update("Opportunity", opportunityId, ("StageName", stage));

    public void CompleteTask(string taskId) => Update("Task", taskId, ("Status", "Completed"));

    /// <param name="opportunityName">Null makes no opportunity.</param>
    /// <returns>The converted lead, with the ids of what came of it.</returns>
    public SalesforceRecord ConvertLead(string leadId, string? opportunityName = null) => Do(store =>
    {
        var lead = store.Get(store.Schema.Type("Lead"), leadId);
        store.Convert(lead, opportunityName, store.Owners[0]);
        return lead.ToRecord();
    });

    /// <summary>Merges two leads or contacts; the other is deleted and names the winner as its master.</summary>
    public void Merge(string type, string winnerId, string otherId) => Do(store =>
        store.Merge(store.Get(store.Schema.Type(type), winnerId), store.Get(store.Schema.Type(type), otherId), store.Owners[0]));

    public void Delete(string type, string id) => Do(store => store.Delete(store.Get(store.Schema.Type(type), id), store.Owners[0]));

    /// <summary>Takes a deleted record out of the recycle bin.</summary>
    public void Undelete(string id) => Do(store => store.Undelete(store.Find(SalesforceId.TryNormalise(id, out var id18) ? id18 : "") ?? throw SalesforceException.NotFound(), store.Owners[0]));

    /// <summary>
    /// Puts a contact on an opportunity, and returns the role's id: deleting it takes the contact off.
    /// </summary>
    public string AddContactRole(string opportunityId, string contactId, bool isPrimary = false) =>
        Create("OpportunityContactRole", ("OpportunityId", opportunityId), ("ContactId", contactId), ("IsPrimary", isPrimary));

    /// <summary>The record as it is now, deleted or not; null when there is none.</summary>
    public SalesforceRecord? Get(string id) => Do(store => SalesforceId.TryNormalise(id, out var id18) ? store.Find(id18)?.ToRecord() : null);

    /// <summary>All records of a type that are not deleted, in order of creation.</summary>
    public IReadOnlyList<SalesforceRecord> All(string type) => Do<IReadOnlyList<SalesforceRecord>>(store =>
        [.. store.All(store.Schema.Type(type)).Where(record => !record.IsDeleted).Select(record => record.ToRecord())]);

    /// <summary>Lets queries see all that <see cref="CommitDelay"/> held back.</summary>
    public void Commit() => Do(store => store.Commit());

    /// <summary>Ends all sessions at once.</summary>
    public void ExpireSessions() => Access.Expire();

    /// <summary>Adds a text field given as <c>Lead.Region__c</c>.</summary>
    public void DefineField(string path, bool externalId = false) => Do(store => store.Schema.DefineField(path, externalId));

    internal (List<JsonObject> Records, int Total) Query(string soql, string version, bool withDeleted)
    {
        var query = SoqlParser.Parse(soql);
        return Do(store =>
        {
            var runner = new SoqlRunner(store, version, withDeleted);
            if (query.IsCount)
            {
                return ([], runner.Count(query));
            }

            var records = runner.Run(query);
            return (records, records.Count);
        });
    }

    internal T Do<T>(Func<SalesforceStore, T> act)
    {
        lock (_lock)
        {
            return act(_store);
        }
    }

    internal void Do(Action<SalesforceStore> act)
    {
        lock (_lock)
        {
            act(_store);
        }
    }
}
