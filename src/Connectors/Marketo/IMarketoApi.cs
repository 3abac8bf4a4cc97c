using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>The hub's calls. Refusals come as HTTP 200: <see cref="MarketoRefusals"/> gives them the status that they mean.
/// https://developer.adobe.com/marketo-apis/api/mapi/</summary>
internal interface IMarketoApi
{
    /// <summary>Returns the token of a place in time, from which the streams of activities are read.</summary>
    [Get("/rest/v1/activities/pagingtoken.json")]
    Task<JsonElement> TokenOfAsync([AliasAs("sinceDatetime")] string since, CancellationToken cancellationToken);

    /// <summary>Reads a page of activities of at most ten types.</summary>
    [Get("/rest/v1/activities.json")]
    Task<string> ActivitiesAsync(
        [AliasAs("activityTypeIds")] string types, [AliasAs("nextPageToken")] string token, CancellationToken cancellationToken);

    /// <summary>Reads a page of new leads and changed fields.</summary>
    [Get("/rest/v1/activities/leadchanges.json")]
    Task<string> ChangesAsync(string fields, [AliasAs("nextPageToken")] string token, CancellationToken cancellationToken);

    /// <summary>Reads a page of deleted leads.</summary>
    [Get("/rest/v1/activities/deletedleads.json")]
    Task<string> DeletedAsync([AliasAs("nextPageToken")] string token, CancellationToken cancellationToken);

    /// <summary>Reads a page of activities of one lead.</summary>
    [Get("/rest/v1/activities.json")]
    Task<JsonElement> OfLeadAsync(
        [AliasAs("activityTypeIds")] string types, [AliasAs("leadIds")] string lead, [AliasAs("nextPageToken")] string token,
        CancellationToken cancellationToken);

    /// <summary>Reads up to 300 leads.</summary>
    [Get("/rest/v1/leads.json?filterType=id")]
    Task<JsonElement> LeadsAsync([AliasAs("filterValues")] string ids, string fields, CancellationToken cancellationToken);

    /// <summary>Writes fields of leads. The state is set, so it may be repeated.</summary>
    [Post("/rest/v1/leads.json")]
    Task<JsonElement> WriteAsync(
        [Body] MarketoWrite write, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Reads the programmes of a lead.</summary>
    [Get("/rest/v1/leads/{lead}/programMembership.json?filterType=programId")]
    Task<JsonElement> ProgramsAsync(string lead, [AliasAs("filterValues")] string program, CancellationToken cancellationToken);

    /// <summary>Sets the status of members of a programme. A status before the present one is skipped.</summary>
    [Post("/rest/v1/programs/{program}/members/status.json")]
    Task<JsonElement> WriteStatusAsync(
        string program, [Body] MarketoStatus status, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Asks whether a lead is on a static list.</summary>
    [Get("/rest/v1/lists/{list}/leads/ismember.json")]
    Task<JsonElement> IsMemberAsync(string list, [AliasAs("id")] string lead, CancellationToken cancellationToken);

    /// <summary>Adds a lead to a static list.</summary>
    [Post("/rest/v1/lists/{list}/leads.json")]
    Task<JsonElement> AddToListAsync(
        string list, [AliasAs("id")] string lead, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Adds a custom activity, which cannot be changed later.</summary>
    [Post("/rest/v1/activities/external.json")]
    Task<JsonElement> AddActivityAsync([Body] MarketoActivities activities, CancellationToken cancellationToken);
}
