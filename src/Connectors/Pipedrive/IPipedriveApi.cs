using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>What a page is asked for with.</summary>
internal sealed class PipedriveQuery
{
    [AliasAs("updated_since")]
    public string? UpdatedSince { get; init; }

    [AliasAs("sort_by")]
    public string? SortBy { get; init; }

    [AliasAs("sort_direction")]
    public string? SortDirection { get; init; }

    [AliasAs("status")]
    public string? Status { get; init; }

    [AliasAs("include_fields")]
    public string? IncludeFields { get; init; }

    [AliasAs("limit")]
    public int? Limit { get; init; }

    [AliasAs("cursor")]
    public string? Cursor { get; init; }
}

/// <summary>The hub's calls. https://developers.pipedrive.com/docs/api/v1</summary>
internal interface IPipedriveApi
{
    /// <summary>Reads a page of persons, deals or activities.</summary>
    [Get("/api/v2/{type}")]
    Task<string> PageAsync(string type, [Query] PipedriveQuery query, CancellationToken cancellationToken);

    /// <summary>Reads archived deals, which the list of deals leaves out.</summary>
    [Get("/api/v2/deals/archived")]
    Task<string> ArchivedDealsAsync([Query] PipedriveQuery query, CancellationToken cancellationToken);

    /// <summary>Reads a person.</summary>
    [Get("/api/v2/persons/{id}?include_fields=marketing_status")]
    Task<IApiResponse<JsonElement>> PersonAsync(string id, CancellationToken cancellationToken);

    /// <summary>Reads persons by id, at most 100. Missing ones are left out.</summary>
    [Get("/api/v2/persons?include_fields=marketing_status&limit=100")]
    Task<JsonElement> PersonsAsync(string ids, CancellationToken cancellationToken);

    /// <summary>Reads organisations by id, at most 100.</summary>
    [Get("/api/v2/organizations?limit=100")]
    Task<JsonElement> OrganizationsAsync(string ids, CancellationToken cancellationToken);

    /// <summary>Finds persons by their whole address.</summary>
    [Get("/api/v2/persons/search?fields=email&exact_match=true&limit=10")]
    Task<JsonElement> FindPersonsAsync(string term, CancellationToken cancellationToken);

    /// <summary>Creates a person.</summary>
    [Post("/api/v2/persons")]
    Task<JsonElement> CreatePersonAsync([Body] IReadOnlyDictionary<string, object> person, CancellationToken cancellationToken);

    /// <summary>Changes fields of a person.</summary>
    [Patch("/api/v2/persons/{id}?include_fields=marketing_status")]
    Task<JsonElement> UpdatePersonAsync(
        string id, [Body] IReadOnlyDictionary<string, object> person, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Reads a person's deals.</summary>
    [Get("/api/v2/deals?limit=500")]
    Task<JsonElement> DealsOfAsync([AliasAs("person_id")] string person, CancellationToken cancellationToken);

    /// <summary>Creates a deal.</summary>
    [Post("/api/v2/deals")]
    Task<JsonElement> CreateDealAsync([Body] IReadOnlyDictionary<string, object> deal, CancellationToken cancellationToken);

    /// <summary>Reads a person's leads.</summary>
    [Get("/api/v1/leads?limit=500")]
    Task<JsonElement> LeadsOfAsync([AliasAs("person_id")] string person, CancellationToken cancellationToken);

    /// <summary>Creates a lead.</summary>
    [Post("/api/v1/leads")]
    Task<JsonElement> CreateLeadAsync([Body] IReadOnlyDictionary<string, object> lead, CancellationToken cancellationToken);

    /// <summary>Reads a person's activities.</summary>
    [Get("/api/v2/activities?limit=500")]
    Task<JsonElement> ActivitiesOfAsync(
        [AliasAs("person_id")] string person, string? cursor, CancellationToken cancellationToken);

    /// <summary>Creates an activity.</summary>
    [Post("/api/v2/activities")]
    Task<JsonElement> CreateActivityAsync([Body] IReadOnlyDictionary<string, object> activity, CancellationToken cancellationToken);

    /// <summary>Changes fields of an activity.</summary>
    [Patch("/api/v2/activities/{id}")]
    Task<JsonElement> UpdateActivityAsync(
        string id, [Body] IReadOnlyDictionary<string, object> activity, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Reads a person's notes, a page from a row on.</summary>
    [Get("/api/v1/notes?limit=100&sort=add_time%20DESC")]
    Task<JsonElement> NotesOfAsync([AliasAs("person_id")] string person, int start, CancellationToken cancellationToken);

    /// <summary>Adds a note. Each call adds one.</summary>
    [Post("/api/v1/notes")]
    Task<JsonElement> AddNoteAsync([Body] IReadOnlyDictionary<string, object> note, CancellationToken cancellationToken);
}
