using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>The hub's calls. Batch reads are POSTs without effect and property writes are idempotent, so both may be
/// repeated. Writes return the body as text, because Refit does not name a failed call that returns nothing.</summary>
internal interface IHubSpotApi
{
    /// <summary>Reads up to 100 records. https://developers.hubspot.com/docs/api/crm/contacts</summary>
    [Post("/crm/v3/objects/{type}/batch/read")]
    Task<HubSpotBatchWire> ReadAsync(
        string type, [Body] HubSpotBatchReadWire request, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Reads associations of up to 100 records.
    /// https://developers.hubspot.com/docs/api/crm/associations</summary>
    [Post("/crm/v4/associations/{from}/{to}/batch/read")]
    Task<HubSpotAssociationsWire> AssociationsAsync(
        string from, string to, [Body] HubSpotBatchReadWire request, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Reads all deal pipelines. https://developers.hubspot.com/docs/api/crm/pipelines</summary>
    [Get("/crm/v3/pipelines/deals")]
    Task<HubSpotPipelinesWire> PipelinesAsync(CancellationToken cancellationToken);

    /// <summary>Reads the definition of a property. https://developers.hubspot.com/docs/api/crm/properties</summary>
    [Get("/crm/v3/properties/{type}/{name}")]
    Task<IApiResponse<HubSpotPropertyWire>> PropertyAsync(string type, string name, CancellationToken cancellationToken);

    /// <summary>Reads a page of all contacts. https://developers.hubspot.com/docs/api/crm/contacts</summary>
    [Get("/crm/v3/objects/contacts")]
    Task<HubSpotObjectPageWire> ContactsAsync(int limit, string? after, string properties, CancellationToken cancellationToken);

    [Get("/crm/v3/objects/contacts/{id}")]
    Task<IApiResponse<HubSpotObjectWire>> ContactAsync(string id, string properties, CancellationToken cancellationToken);

    [Patch("/crm/v3/objects/contacts/{id}")]
    Task<string> UpdateContactAsync(
        string id, [Body] HubSpotPatchWire patch, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Erases a contact for privacy, which cannot be undone.
    /// https://developers.hubspot.com/docs/api/crm/contacts</summary>
    [Post("/crm/v3/objects/contacts/gdpr-delete")]
    Task<IApiResponse<string>> EraseContactAsync(
        [Body] HubSpotErasureWire contact, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Reads a page of a contact's notes. https://developers.hubspot.com/docs/api/crm/associations</summary>
    [Get("/crm/v4/objects/contacts/{id}/associations/notes")]
    Task<IApiResponse<HubSpotAssociatedPageWire>> NotesOfContactAsync(
        string id, int limit, string? after, CancellationToken cancellationToken);

    /// <summary>Creates a note. Not idempotent. https://developers.hubspot.com/docs/api/crm/notes</summary>
    [Post("/crm/v3/objects/notes")]
    Task<string> CreateNoteAsync([Body] HubSpotNewNoteWire note, CancellationToken cancellationToken);
}
