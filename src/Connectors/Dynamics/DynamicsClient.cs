using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Calls one Dataverse environment.</summary>
internal sealed class DynamicsClient(IDynamicsApi api, VendorCalls calls, DynamicsOptions options)
{
    private const int IdsPerCall = 50;

    private const string Annotated = "odata.include-annotations=\"*\"";

    private readonly ConcurrentDictionary<string, string> _currencies = new(StringComparer.Ordinal);

    /// <summary>Reads a page with change tracking; the raw body, for the queue.</summary>
    public async Task<byte[]> ChangesAsync(
        DynamicsTable table, DynamicsQuery query, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetBytes(await calls.RunAsync(() => api.PageAsync(
            options.ApiVersion, table.Set, query, $"odata.track-changes,odata.maxpagesize={DynamicsPoll.PageSize},{Annotated}",
            cancellationToken)));

    /// <summary>Reads a record; null when it does not exist.</summary>
    public Task<DynamicsRecord?> FindAsync(DynamicsTable table, string id, CancellationToken cancellationToken) =>
        FindAsync(table, () => api.ReadAsync(
            options.ApiVersion, table.Set, id, table.ColumnsOf(options), Annotated, cancellationToken));

    /// <summary>Reads the lead with the hub's lead id; null when it does not exist.</summary>
    public Task<DynamicsRecord?> FindLeadAsync(string leadId, CancellationToken cancellationToken) =>
        FindAsync(DynamicsTable.Leads, () => api.ReadByKeyAsync(
            options.ApiVersion, DynamicsTable.Leads.Set, options.LeadKey, leadId, DynamicsTable.Leads.ColumnsOf(options), Annotated,
            cancellationToken));

    /// <summary>Reads the state of a task; null when it does not exist.</summary>
    public Task<DynamicsRecord?> FindTaskAsync(string id, CancellationToken cancellationToken) =>
        FindAsync(DynamicsTable.Tasks, id, cancellationToken);

    /// <summary>Reads rows by id. Missing ones are left out.</summary>
    public async Task<Dictionary<string, DynamicsRecord>> RowsAsync(
        DynamicsTable table, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DynamicsRecord>(StringComparer.Ordinal);
        foreach (var chunk in ids.Distinct(StringComparer.Ordinal).Chunk(IdsPerCall))
        {
            var filter = string.Join(" or ", chunk.Select(id => $"{table.Key} eq {id}"));
            foreach (var row in await WhereAsync(table, filter, cancellationToken))
            {
                found[row.Id!] = row;
            }
        }

        return found;
    }

    /// <summary>Reads the rows of a condition; at most as many as a page has.</summary>
    public async Task<IReadOnlyList<DynamicsRecord>> WhereAsync(DynamicsTable table, string filter, CancellationToken cancellationToken)
    {
        var query = new DynamicsQuery { Select = table.ColumnsOf(options), Filter = filter };
        var page = await calls.RunAsync(() => api.RowsAsync(options.ApiVersion, table.Set, query, Annotated, cancellationToken));
        return [.. page.Items("value").Where(row => row.ValueKind == JsonValueKind.Object)
            .Select(row => DynamicsWire.ReadRow(row, table.Entity)).Where(row => row.Id is not null)];
    }

    /// <summary>Creates or updates the lead with the hub's lead id.</summary>
    public Task UpsertLeadAsync(string leadId, IReadOnlyDictionary<string, object?> lead, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.UpsertByKeyAsync(
            options.ApiVersion, DynamicsTable.Leads.Set, options.LeadKey, leadId, lead, repeatable: true, cancellationToken));

    /// <summary>Creates or updates a record under an id of the hub's.</summary>
    public Task UpsertAsync(string set, string id, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.UpsertAsync(options.ApiVersion, set, id, record, repeatable: true, cancellationToken));

    /// <summary>Updates a record, and never creates one.</summary>
    public Task UpdateAsync(
        DynamicsTable table, string id, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.UpdateAsync(options.ApiVersion, table.Set, id, record, repeatable: true, cancellationToken));

    /// <summary>Returns the ISO code of a currency, which never changes; null for an unknown one.</summary>
    public async Task<string?> CurrencyAsync(string id, CancellationToken cancellationToken)
    {
        if (_currencies.TryGetValue(id, out var known))
        {
            return known;
        }

        var found = await calls.FindAsync(() => api.ReadAsync(
            options.ApiVersion, "transactioncurrencies", id, "isocurrencycode", Annotated, cancellationToken));
        return found.Text("isocurrencycode") is { } code ? _currencies[id] = code.ToUpperInvariant() : null;
    }

    /// <summary>Fetches a token: as the app's identity, or by client credentials.</summary>
    public static async Task<AccessToken> TokenAsync(
        IDynamicsLoginApi login, IManagedIdentity? identity, VendorCalls calls, DynamicsOptions options,
        CancellationToken cancellationToken)
    {
        if (options.ManagedIdentity)
        {
            return identity is null
                ? throw new ConnectorNeedsAuthorizationException(options.Name, "no_managed_identity")
                : await identity.TokenAsync(options.Name, options.Scope, options.ClientId, cancellationToken);
        }

        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = options.ClientId!,
            ["client_secret"] = options.ClientSecret!,
            ["scope"] = options.Scope,
        };
        var answer = await calls.RunAsync(() => login.TokenAsync(options.TenantId!, form, cancellationToken));
        return answer.Text("access_token") is { } token
            ? new(token, answer.Number("expires_in") is { } seconds and > 0 and < 1_000_000 ? TimeSpan.FromSeconds((double)seconds) : null)
            : throw new VendorUnavailableException(options.Name, "POST /oauth2/v2.0/token", null, null);
    }

    private async Task<DynamicsRecord?> FindAsync(DynamicsTable table, Func<Task<Refit.IApiResponse<JsonElement>>> read)
    {
        var row = await calls.FindAsync(read);
        return row.ValueKind == JsonValueKind.Object ? DynamicsWire.ReadRow(row, table.Entity) : null;
    }
}
