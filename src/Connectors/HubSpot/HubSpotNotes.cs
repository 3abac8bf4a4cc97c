using System.Net;
using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Writes notes on contacts, each once. The hub's mark in the text identifies an existing note, even when
/// it was moved or edited.</summary>
internal sealed class HubSpotNotes(HubSpotClient client, HubSpotOptions options)
{
    /// <summary>Writes a note, or a return reason to its configured property. Returns false when the
    /// contact does not exist.</summary>
    public Task<bool> WriteAsync(string contact, PersonNote note, CancellationToken cancellationToken) =>
        note.ReturnReason is { } reason && options.ReturnReasonProperty is { } property
            ? WriteReasonAsync(contact, property, reason, cancellationToken)
            : WriteNoteAsync(contact, note, cancellationToken);

    private async Task<bool> WriteNoteAsync(string contact, PersonNote note, CancellationToken cancellationToken) =>
        await NoteOnce.WriteAsync(
            note, await client.NotesAsync(contact, cancellationToken),
            lines => client.CreateNoteAsync(
                contact, string.Join("<br>", lines.Select(WebUtility.HtmlEncode)), note.At, cancellationToken));

    private async Task<bool> WriteReasonAsync(string contact, string property, string reason, CancellationToken cancellationToken)
    {
        if (await client.ContactAsync(contact, cancellationToken) is null)
        {
            return false;
        }

        await client.WriteAsync(contact, new Dictionary<string, string> { [property] = reason }, cancellationToken);
        return true;
    }
}
