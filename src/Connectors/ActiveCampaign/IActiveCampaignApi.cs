using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>The hub's calls. https://developers.activecampaign.com/reference</summary>
internal interface IActiveCampaignApi
{
    /// <summary>Reads a contact with its lists.</summary>
    [Get("/api/3/contacts/{id}")]
    Task<IApiResponse<JsonElement>> ContactAsync(string id, CancellationToken cancellationToken);

    /// <summary>Changes fields of a contact.</summary>
    [Put("/api/3/contacts/{id}")]
    Task<JsonElement> WriteAsync(
        string id, [Body] IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> contact, CancellationToken cancellationToken);

    /// <summary>Deletes a contact.</summary>
    [Delete("/api/3/contacts/{id}")]
    Task<IApiResponse<string>> EraseAsync(string id, CancellationToken cancellationToken);

    /// <summary>Sets a contact's state on a list. It may be repeated.</summary>
    [Post("/api/3/contactLists")]
    Task<JsonElement> WriteListAsync(
        [Body] ActiveCampaignListChange change, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Finds tags by a part of their name.</summary>
    [Get("/api/3/tags?limit=100")]
    Task<JsonElement> TagsAsync(string search, CancellationToken cancellationToken);

    /// <summary>Makes a tag.</summary>
    [Post("/api/3/tags")]
    Task<JsonElement> AddTagAsync([Body] ActiveCampaignTagWire tag, CancellationToken cancellationToken);

    /// <summary>Lists a contact's tags.</summary>
    [Get("/api/3/contacts/{id}/contactTags")]
    Task<JsonElement> ContactTagsAsync(string id, CancellationToken cancellationToken);

    /// <summary>Gives a contact a tag. It may be repeated: a contact has a tag once.</summary>
    [Post("/api/3/contactTags")]
    Task<JsonElement> TagAsync(
        [Body] ActiveCampaignTagging tagging, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Takes a tag from a contact.</summary>
    [Delete("/api/3/contactTags/{id}")]
    Task<IApiResponse<JsonElement>> UntagAsync(string id, CancellationToken cancellationToken);

    /// <summary>Lists a contact's notes.</summary>
    [Get("/api/3/contacts/{id}/notes?limit=100")]
    Task<IApiResponse<JsonElement>> NotesAsync(string id, CancellationToken cancellationToken);

    /// <summary>Adds a note. Each call adds one.</summary>
    [Post("/api/3/notes")]
    Task<JsonElement> AddNoteAsync([Body] ActiveCampaignNoteWire note, CancellationToken cancellationToken);
}
