using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Speaks with one Salesforce organisation.</summary>
internal sealed class SalesforceClient(ISalesforceApi api, VendorCalls calls, SalesforceSession session, SalesforceOptions options)
{
    /// <summary>Gets the id of the user the hub acts as; null before the first call, and where the sign-in does not tell.</summary>
    public string? UserId => session.UserId;

    /// <summary>The pages of a query's answer, as they came.</summary>
    public async Task<IReadOnlyList<(byte[] Body, QueryPage Page)>> QueryAsync(string query, CancellationToken cancellationToken)
    {
        var pages = new List<(byte[], QueryPage)>();
        var body = await RunAsync(() => api.QueryAllAsync(options.ApiVersion, query, cancellationToken));
        while (true)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            var page = SalesforceWire.ParsePage(bytes) ?? throw new VendorUnavailableException(options.Name, "GET queryAll", HttpStatusCode.OK, null);
            pages.Add((bytes, page));
            if (page.NextRecordsUrl is not { } next)
            {
                return pages;
            }

            body = await RunAsync(() => api.NextAsync(next.TrimStart('/'), cancellationToken));
        }
    }

    /// <summary>The rows with some ids; those that are not there are left out.</summary>
    public async Task<Dictionary<string, SalesforceRecord>> RowsAsync(PolledObject type, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(ids.Chunk(Soql.IdsPerQuery).Select(chunk => QueryAsync(Soql.ById(type, chunk, options), cancellationToken)));
        return answers.SelectMany(pages => pages).SelectMany(page => page.Page.Records).DistinctBy(record => record.Id).ToDictionary(record => record.Id);
    }

    /// <summary>The opportunities that some contacts are on.</summary>
    public async Task<IReadOnlyList<SalesforceRecord>> DealsOfAsync(IReadOnlyCollection<string> contacts, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(contacts.Chunk(Soql.IdsPerQuery).Select(chunk => QueryAsync(Soql.DealsOf(chunk, options), cancellationToken)));
        return [.. answers.SelectMany(pages => pages).SelectMany(page => page.Page.Records).DistinctBy(record => record.Id)];
    }

    /// <summary>A record; null where it is not there, or no longer.</summary>
    public Task<SalesforceRecord?> FindAsync(string type, string id, string fields, CancellationToken cancellationToken) =>
        FindAsync(() => api.ReadAsync(options.ApiVersion, type, id, fields, cancellationToken));

    /// <summary>The record with an external id; null where there is none, or no longer.</summary>
    /// <exception cref="VendorRefusedException">Among others with 300, where several records have it.</exception>
    public Task<SalesforceRecord?> FindByExternalIdAsync(string type, string field, string value, string fields, CancellationToken cancellationToken) =>
        FindAsync(() => api.ReadByExternalIdAsync(options.ApiVersion, type, field, value, fields, cancellationToken));

    /// <summary>Makes or changes the record with an external id.</summary>
    /// <exception cref="VendorRefusedException">Among others with 300, where several records have it.</exception>
    public Task UpsertAsync(string type, string field, string value, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpsertAsync(options.ApiVersion, type, field, value, record, repeatable: true, cancellationToken));

    /// <summary>Changes a record.</summary>
    public Task UpdateAsync(string type, string id, IReadOnlyDictionary<string, object?> record, CancellationToken cancellationToken) =>
        RunAsync(() => api.UpdateAsync(options.ApiVersion, type, id, record, repeatable: true, cancellationToken));

    /// <summary>Gets a value indicating whether the organisation's own address is known: from the first sign-in on, or at once where the settings name it.</summary>
    public bool KnowsInstance => session.InstanceUrl is not (SalesforceOptions.LoginUrl or SalesforceOptions.SandboxLoginUrl);

    /// <summary>A link for people.</summary>
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

    /// <summary>A used-up daily quota is answered with 403, and a row that somebody else is writing with 400: both are over some time.</summary>
    private static async Task<T> TranslateAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (VendorRefusedException refused) when (refused.ErrorCode is "REQUEST_LIMIT_EXCEEDED" or "UNABLE_TO_LOCK_ROW" or "SERVER_UNAVAILABLE")
        {
            throw new VendorUnavailableException(refused.Connector, refused.Call, refused.Status, null, refused);
        }
    }
}
