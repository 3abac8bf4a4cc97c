using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The hub's calls, under its own client name. Upserts by the hub's ids and updates are idempotent. Writes
/// return the body as text, because Refit does not name a failed call that returns nothing.</summary>
[Headers("Sforce-Call-Options: client=" + SalesforceConnector.ClientName)]
internal interface ISalesforceApi
{
    /// <summary>Queries rows, deleted and merged ones included.
    /// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm</summary>
    [Get("/services/data/{version}/queryAll")]
    Task<string> QueryAllAsync(string version, string q, CancellationToken cancellationToken);

    /// <summary>Reads the next page of a query.</summary>
    [Get("/{**path}")]
    Task<string> NextAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads the fields of an object.
    /// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm</summary>
    [Get("/services/data/{version}/sobjects/{type}/describe")]
    Task<JsonElement> DescribeAsync(string version, string type, CancellationToken cancellationToken);

    /// <summary>Reads a record.
    /// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm</summary>
    [Get("/services/data/{version}/sobjects/{type}/{id}")]
    Task<IApiResponse<JsonElement>> ReadAsync(string version, string type, string id, string fields, CancellationToken cancellationToken);

    /// <summary>Reads a record by an external id.</summary>
    [Get("/services/data/{version}/sobjects/{type}/{field}/{value}")]
    Task<IApiResponse<JsonElement>> ReadByExternalIdAsync(
        string version, string type, string field, string value, string fields, CancellationToken cancellationToken);

    /// <summary>Creates or updates the record with an external id.
    /// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert.htm</summary>
    [Patch("/services/data/{version}/sobjects/{type}/{field}/{value}")]
    Task<string> UpsertAsync(
        string version, string type, string field, string value, [Body] IReadOnlyDictionary<string, object?> record,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Updates a record.</summary>
    [Patch("/services/data/{version}/sobjects/{type}/{id}")]
    Task<string> UpdateAsync(
        string version, string type, string id, [Body] IReadOnlyDictionary<string, object?> record,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}
