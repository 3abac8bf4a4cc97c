using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Calls one Mautic instance.</summary>
internal sealed class MauticClient(IMauticApi api, VendorCalls calls, string connector)
{
    /// <summary>Reads a contact; undefined when it does not exist.</summary>
    public async Task<JsonElement> ContactAsync(string id, CancellationToken cancellationToken) =>
        (await calls.FindAsync(() => api.ContactAsync(id, cancellationToken))).Member("contact");

    /// <summary>Writes fields of a contact.</summary>
    public Task WriteAsync(string id, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.WriteAsync(id, fields, repeatable: true, cancellationToken));

    /// <summary>Opts a contact out of mail, or in again.</summary>
    public Task WriteConsentAsync(string id, bool optedOut, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.WriteConsentAsync(id, optedOut ? "add" : "remove", repeatable: true, cancellationToken));

    /// <summary>Puts a contact on the stage of a name.</summary>
    /// <exception cref="VendorRefusedException">Mautic has no such stage.</exception>
    public async Task WriteStageAsync(string id, string name, CancellationToken cancellationToken)
    {
        var stages = await calls.RunAsync(() => api.StagesAsync(cancellationToken));
        var stage = stages.Values("stages")
            .FirstOrDefault(found => name.Equals(found.Text("name"), StringComparison.OrdinalIgnoreCase)).Text("id")
            ?? throw new VendorRefusedException(connector, "GET /api/stages", HttpStatusCode.NotFound, "no_such_stage");
        await calls.RunAsync(() => api.WriteStageAsync(stage, id, repeatable: true, cancellationToken));
    }

    /// <summary>Reads the texts of a contact's notes; null when the contact does not exist.</summary>
    public async Task<IReadOnlyList<string>?> NotesAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync(() => api.NotesAsync(id, cancellationToken));
        return found.ValueKind == JsonValueKind.Undefined
            ? null
            : [.. found.Values("notes").Select(note => note.Text("text")).OfType<string>()];
    }

    /// <summary>Adds a note to a contact.</summary>
    public Task AddNoteAsync(string id, string text, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.AddNoteAsync(new(id, text), cancellationToken));
}
