using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>What rows are asked for with.</summary>
internal sealed record DynamicsQuery
{
    [AliasAs("$select")]
    public string? Select { get; init; }

    [AliasAs("$filter")]
    public string? Filter { get; init; }

    [AliasAs("$deltatoken")]
    public string? DeltaToken { get; init; }

    [AliasAs("$skiptoken")]
    public string? SkipToken { get; init; }
}

/// <summary>The hub's calls of the Web API. Writes return the body as text, because Refit does not name a failed call that
/// returns nothing. https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview</summary>
[Headers("OData-MaxVersion: 4.0", "OData-Version: 4.0", "Accept: application/json")]
internal interface IDynamicsApi
{
    /// <summary>Reads a page of a table.</summary>
    [Get("/api/data/{version}/{set}")]
    Task<string> PageAsync(
        string version, string set, [Query] DynamicsQuery query, [Header("Prefer")] string prefer,
        CancellationToken cancellationToken);

    /// <summary>Reads rows of a table.</summary>
    [Get("/api/data/{version}/{set}")]
    Task<JsonElement> RowsAsync(
        string version, string set, [Query] DynamicsQuery query, [Header("Prefer")] string prefer,
        CancellationToken cancellationToken);

    /// <summary>Reads a record.</summary>
    [Get("/api/data/{version}/{set}({id})")]
    Task<IApiResponse<JsonElement>> ReadAsync(
        string version, string set, string id, [AliasAs("$select")] string select, [Header("Prefer")] string prefer,
        CancellationToken cancellationToken);

    /// <summary>Reads a record by an alternate key.</summary>
    [Get("/api/data/{version}/{set}({key}='{value}')")]
    Task<IApiResponse<JsonElement>> ReadByKeyAsync(
        string version, string set, string key, string value, [AliasAs("$select")] string select, [Header("Prefer")] string prefer,
        CancellationToken cancellationToken);

    /// <summary>Creates or updates the record with an alternate key.</summary>
    [Patch("/api/data/{version}/{set}({key}='{value}')")]
    Task<string> UpsertByKeyAsync(
        string version, string set, string key, string value, [Body] IReadOnlyDictionary<string, object?> record,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Creates or updates a record under an id.</summary>
    [Patch("/api/data/{version}/{set}({id})")]
    Task<string> UpsertAsync(
        string version, string set, string id, [Body] IReadOnlyDictionary<string, object?> record,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Updates a record; 404 when it does not exist.</summary>
    [Patch("/api/data/{version}/{set}({id})")]
    [Headers("If-Match: *")]
    Task<string> UpdateAsync(
        string version, string set, string id, [Body] IReadOnlyDictionary<string, object?> record,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}

/// <summary>Tokens of Microsoft Entra ID.
/// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow</summary>
internal interface IDynamicsLoginApi
{
    /// <summary>Signs in by the client's credentials.</summary>
    [Post("/{tenant}/oauth2/v2.0/token")]
    Task<JsonElement> TokenAsync(
        string tenant, [Body(BodySerializationMethod.UrlEncoded)] IReadOnlyDictionary<string, string> form,
        CancellationToken cancellationToken);
}
