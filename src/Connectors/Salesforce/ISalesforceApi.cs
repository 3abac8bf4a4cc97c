using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>
/// The calls the hub makes, under its own client name. Upserts by the hub's own ids and updates to given values may be repeated.
/// Writes answer the body as text, which nobody reads: without an answer Refit would not say which call had failed.
/// </summary>
[Headers("Sforce-Call-Options: client=" + SalesforceConnector.ClientName)]
internal interface ISalesforceApi
{
    /// <summary>Rows, deleted and merged ones too. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm</summary>
    [Get("/services/data/{version}/queryAll")]
    Task<string> QueryAllAsync(string version, string q, CancellationToken cancellationToken);

    /// <summary>The next page of an answer.</summary>
    [Get("/{**path}")]
    Task<string> NextAsync(string path, CancellationToken cancellationToken);

    /// <summary>One record; 404 where it is not there. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm</summary>
    [Get("/services/data/{version}/sobjects/{type}/{id}")]
    Task<IApiResponse<JsonElement>> ReadAsync(string version, string type, string id, string fields, CancellationToken cancellationToken);

    /// <summary>One record by an external id; 404 where there is none.</summary>
    [Get("/services/data/{version}/sobjects/{type}/{field}/{value}")]
    Task<IApiResponse<JsonElement>> ReadByExternalIdAsync(string version, string type, string field, string value, string fields, CancellationToken cancellationToken);

    /// <summary>Makes or changes the record with an external id. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_upsert.htm</summary>
    [Patch("/services/data/{version}/sobjects/{type}/{field}/{value}")]
    Task<string> UpsertAsync(
        string version, string type, string field, string value, [Body] IReadOnlyDictionary<string, object?> record, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Changes a record.</summary>
    [Patch("/services/data/{version}/sobjects/{type}/{id}")]
    Task<string> UpdateAsync(
        string version, string type, string id, [Body] IReadOnlyDictionary<string, object?> record, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);
}
