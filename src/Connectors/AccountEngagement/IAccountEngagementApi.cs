using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>What a page is asked for with. A token stands for the whole query, so only the fields stand beside it.</summary>
internal sealed class AccountEngagementQuery
{
    [AliasAs("fields")]
    public required string Fields { get; init; }

    [AliasAs("nextPageToken")]
    public string? NextPageToken { get; init; }

    [AliasAs("orderBy")]
    public string? OrderBy { get; init; }

    [AliasAs("limit")]
    public int? Limit { get; init; }

    [AliasAs("updatedAtAfterOrEqualTo")]
    public string? UpdatedFrom { get; init; }

    [AliasAs("createdAtAfterOrEqualTo")]
    public string? CreatedFrom { get; init; }

    [AliasAs("deleted")]
    public string? Deleted { get; init; }
}

/// <summary>The hub's calls. A call without the business unit or without fields is refused.
/// https://developer.salesforce.com/docs/marketing/pardot/overview</summary>
internal interface IAccountEngagementApi
{
    /// <summary>Reads a page of an object.</summary>
    [Get("/api/v5/objects/{type}")]
    Task<string> QueryAsync(
        string type, [Query] AccountEngagementQuery query, [Header("Pardot-Business-Unit-Id")] string unit,
        CancellationToken cancellationToken);

    /// <summary>Reads a prospect.</summary>
    [Get("/api/v5/objects/prospects/{id}")]
    Task<IApiResponse<JsonElement>> ProspectAsync(
        string id, string fields, [Header("Pardot-Business-Unit-Id")] string unit, CancellationToken cancellationToken);

    /// <summary>Reads the lifecycle's stages.</summary>
    [Get("/api/v5/objects/lifecycle-stages")]
    Task<JsonElement> StagesAsync(string fields, [Header("Pardot-Business-Unit-Id")] string unit, CancellationToken cancellationToken);

    /// <summary>Writes fields of a prospect.</summary>
    [Patch("/api/v5/objects/prospects/{id}")]
    Task<string> UpdateAsync(
        string id, [Body] IReadOnlyDictionary<string, object> fields, [Header("Pardot-Business-Unit-Id")] string unit,
        [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}
