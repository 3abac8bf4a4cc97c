using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Calls one Salesforce organisation.</summary>
internal sealed class SalesforceClient(ISalesforceApi api, VendorCalls calls, SalesforceSession session, SalesforceOptions options)
{
    /// <summary>Gets the id of the hub's user; null before the first call, and when the sign-in does not give
    /// it.</summary>
    public string? UserId => session.UserId;

    /// <summary>Runs a query and returns its raw pages.</summary>
    public async Task<IReadOnlyList<(byte[] Body, QueryPage Page)>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var (pages, markers) = (new List<(byte[], QueryPage)>(), new PageMarkers(options.Name, "GET queryAll"));
        var body = await RunAsync(() => api.QueryAllAsync(options.ApiVersion, query, cancellationToken));
        while (true)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            var page = SalesforceWire.ParsePage(bytes)
                ?? throw new VendorUnavailableException(options.Name, "GET queryAll", HttpStatusCode.OK, null);
            pages.Add((bytes, page));
            if (page.NextRecordsUrl is not { } next)
            {
                return pages;
            }

            body = await RunAsync(() => api.NextAsync(markers.Follow(next).TrimStart('/'), cancellationToken));
        }
    }

    /// <summary>Reads the fields of an object that the hub's user may see, by name.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> FieldsAsync(string type, CancellationToken cancellationToken)
    {
        var described = await RunAsync(() => api.DescribeAsync(options.ApiVersion, type, cancellationToken));
        return !described.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Array
            ? throw new VendorUnavailableException(options.Name, "GET describe", HttpStatusCode.OK, null)
            : fields.EnumerateArray().Where(field => field.TryGetProperty("name", out _))
                .DistinctBy(field => field.GetProperty("name").GetString()).ToDictionary(
                    field => field.GetProperty("name").GetString() ?? "", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reads rows by id. Missing ones are left out.</summary>
    public async Task<Dictionary<string, SalesforceRecord>> RowsAsync(
        PolledObject type, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            ids.Chunk(Soql.IdsPerQuery).Select(chunk => QueryAsync(Soql.ById(type, chunk, options), cancellationToken)));
        return answers.SelectMany(pages => pages)
            .SelectMany(page => page.Page.Records).DistinctBy(record => record.Id).ToDictionary(record => record.Id);
    }

    /// <summary>Reads the opportunities of contacts.</summary>
    public async Task<IReadOnlyList<SalesforceRecord>> DealsOfAsync(
        IReadOnlyCollection<string> contacts, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            contacts.Chunk(Soql.IdsPerQuery).Select(chunk => QueryAsync(Soql.DealsOf(chunk, options), cancellationToken)));
        return [.. answers.SelectMany(pages => pages).SelectMany(page => page.Page.Records).DistinctBy(record => record.Id)];
    }

    /// <summary>Reads a record; null when it does not exist.</summary>
    public Task<SalesforceRecord?> FindAsync(string type, string id, string fields, CancellationToken cancellationToken) =>
        FindAsync(() => api.ReadAsync(options.ApiVersion, type, id, fields, cancellationToken));

    /// <summary>Reads the record with an external id; null when it does not exist.</summary>
    /// <exception cref="VendorRefusedException">Has status 300 when several records have the id.</exception>
    public Task<SalesforceRecord?> FindByExternalIdAsync(
        string type, string field, string value, string fields, CancellationToken cancellationToken) =>
        FindAsync(() => api.ReadByExternalIdAsync(options.ApiVersion, type, field, value, fields, cancellationToken));

    /// <summary>Creates or updates the record with an external id.</summary>
    /// <exception cref="VendorRefusedException">Has status 300 when several records have the id.</exception>
    public Task UpsertAsync(
        string type, string field, string value, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpsertAsync(options.ApiVersion, type, field, value, record, repeatable: true, cancellationToken));

    public Task UpdateAsync(string type, string id, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpdateAsync(options.ApiVersion, type, id, record, repeatable: true, cancellationToken));

    /// <summary>Gets a value indicating whether the organisation's own address is known: from the settings, or after
    /// the first sign-in.</summary>
    public bool KnowsInstance => session.InstanceUrl is not (SalesforceOptions.LoginUrl or SalesforceOptions.SandboxLoginUrl);

    /// <summary>Returns a link for people.</summary>
    public string LinkTo(string type, string id) => $"{session.InstanceUrl}/lightning/r/{type}/{id}/view";

    private async Task<SalesforceRecord?> FindAsync(Func<Task<IApiResponse<JsonElement>>> read)
    {
        try
        {
            return SalesforceWire.ParseRow(await TranslateAsync(() => calls.FindAsync(read)));
        }
        catch (VendorRefusedException refused) when (refused.ErrorCode == "ENTITY_IS_DELETED")
        {
            return null;
        }
    }

    private Task<T> RunAsync<T>(Func<Task<T>> call) => TranslateAsync(() => calls.RunAsync(call));

    /// <summary>Translates temporary refusals: a used-up daily quota (403) and a locked row (400).</summary>
    private static async Task<T> TranslateAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (VendorRefusedException refused) when (
            refused.ErrorCode is "REQUEST_LIMIT_EXCEEDED" or "UNABLE_TO_LOCK_ROW" or "SERVER_UNAVAILABLE")
        {
            throw new VendorUnavailableException(refused.Connector, refused.Call, refused.Status, null, refused);
        }
    }
}
