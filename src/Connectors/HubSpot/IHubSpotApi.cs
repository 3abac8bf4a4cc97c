using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>
/// The calls the hub makes. Reading in batches is a POST that changes nothing, and writing a property twice is writing it once: both may be repeated.
/// Writes answer the body as text, which nobody reads: without an answer Refit would not say which call had failed.
/// </summary>
internal interface IHubSpotApi
{
    /// <summary>Up to 100 records. https://developers.hubspot.com/docs/api/crm/contacts</summary>
    [Post("/crm/v3/objects/{type}/batch/read")]
    Task<HubSpotBatchWire> ReadAsync(string type, [Body] HubSpotBatchReadWire request, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>What belongs to up to 100 records, in pages for each. https://developers.hubspot.com/docs/api/crm/associations</summary>
    [Post("/crm/v4/associations/{from}/{to}/batch/read")]
    Task<HubSpotAssociationsWire> AssociationsAsync(
        string from, string to, [Body] HubSpotBatchReadWire request, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>All deal pipelines. https://developers.hubspot.com/docs/api/crm/pipelines</summary>
    [Get("/crm/v3/pipelines/deals")]
    Task<HubSpotPipelinesWire> PipelinesAsync(CancellationToken cancellationToken);

    /// <summary>One contact; 404 where it is not there.</summary>
    [Get("/crm/v3/objects/contacts/{id}")]
    Task<IApiResponse<HubSpotObjectWire>> ContactAsync(string id, string properties, CancellationToken cancellationToken);

    /// <summary>Writes properties of a contact.</summary>
    [Patch("/crm/v3/objects/contacts/{id}")]
    Task<string> UpdateContactAsync(string id, [Body] HubSpotPatchWire patch, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>The notes on a contact, a page; 404 where the contact is not there. https://developers.hubspot.com/docs/api/crm/associations</summary>
    [Get("/crm/v4/objects/contacts/{id}/associations/notes")]
    Task<IApiResponse<HubSpotAssociatedPageWire>> NotesOfContactAsync(string id, int limit, string? after, CancellationToken cancellationToken);

    /// <summary>Makes a note. Not to be repeated blindly: HubSpot would make a second. https://developers.hubspot.com/docs/api/crm/notes</summary>
    [Post("/crm/v3/objects/notes")]
    Task<string> CreateNoteAsync([Body] HubSpotNewNoteWire note, CancellationToken cancellationToken);
}
