using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>The hub's calls. A write sets a state, so it may be repeated; only a note is added by each call.
/// https://developer.mautic.org/#rest-api</summary>
internal interface IMauticApi
{
    /// <summary>Reads a contact.</summary>
    [Get("/api/contacts/{id}")]
    Task<IApiResponse<JsonElement>> ContactAsync(string id, CancellationToken cancellationToken);

    /// <summary>Changes fields of a contact.</summary>
    [Patch("/api/contacts/{id}/edit")]
    Task<JsonElement> WriteAsync(
        string id, [Body] IReadOnlyDictionary<string, string> fields, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Opts a contact out of mail (<c>add</c>), or takes the opt-out back (<c>remove</c>).</summary>
    [Post("/api/contacts/{id}/dnc/email/{change}")]
    Task<JsonElement> WriteConsentAsync(
        string id, string change, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Lists the stages.</summary>
    [Get("/api/stages?limit=1000")]
    Task<JsonElement> StagesAsync(CancellationToken cancellationToken);

    /// <summary>Puts a contact on a stage.</summary>
    [Post("/api/stages/{stage}/contact/{id}/add")]
    Task<JsonElement> WriteStageAsync(
        string stage, string id, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Lists a contact's notes.</summary>
    [Get("/api/contacts/{id}/notes?limit=1000")]
    Task<IApiResponse<JsonElement>> NotesAsync(string id, CancellationToken cancellationToken);

    /// <summary>Adds a note. The names of the fields are unconfirmed: a wrong one is refused with 400.</summary>
    [Post("/api/notes/new")]
    Task<JsonElement> AddNoteAsync([Body] MauticNote note, CancellationToken cancellationToken);
}
