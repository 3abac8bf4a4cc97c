using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Calls one Mailchimp audience.</summary>
internal sealed class MailchimpClient(IMailchimpApi api, VendorCalls calls, string list)
{
    /// <summary>Reads a member by the id that webhooks have; null when there is none.</summary>
    public async Task<MailchimpMember?> MemberAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.RunAsync(() => api.FindAsync(list, id, cancellationToken));

        // A filter that Mailchimp does not know would return everybody.
        return found.Members?.FirstOrDefault(member => member.UniqueEmailId == id && member.Id is not null);
    }

    /// <summary>Changes a member.</summary>
    public Task WriteAsync(string hash, MailchimpChange change, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.WriteAsync(list, hash, change, repeatable: true, cancellationToken));

    /// <summary>Erases a member for good. A no-op for one that is gone.</summary>
    public async Task EraseAsync(string id, CancellationToken cancellationToken)
    {
        if (await MemberAsync(id, cancellationToken) is { Id: { } hash })
        {
            await calls.FindAsync(() => api.EraseAsync(list, hash, repeatable: true, cancellationToken));
        }
    }

    /// <summary>Lists the webhooks of the audience.</summary>
    public async Task<IReadOnlyList<MailchimpWebhookWire>> WebhooksAsync(CancellationToken cancellationToken) =>
        (await calls.RunAsync(() => api.WebhooksAsync(list, cancellationToken))).Webhooks ?? [];

    /// <summary>Makes a webhook.</summary>
    public Task<MailchimpWebhookWire> AddWebhookAsync(MailchimpWebhookWire webhook, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.AddWebhookAsync(list, webhook, cancellationToken));

    /// <summary>Removes a webhook, if it is there.</summary>
    public Task RemoveWebhookAsync(string id, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.RemoveWebhookAsync(list, id, cancellationToken));

    /// <summary>Reads the texts of a member's notes.</summary>
    public async Task<IReadOnlyList<string>> NotesAsync(string hash, CancellationToken cancellationToken)
    {
        var found = await calls.RunAsync(() => api.NotesAsync(list, hash, cancellationToken));
        return [.. (found.Notes ?? []).Select(note => note.Note).OfType<string>()];
    }

    /// <summary>Adds a note.</summary>
    public Task AddNoteAsync(string hash, string text, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.AddNoteAsync(list, hash, new(text), cancellationToken));
}
