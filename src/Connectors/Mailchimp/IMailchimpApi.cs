using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>The hub's calls. https://mailchimp.com/developer/marketing/api/</summary>
internal interface IMailchimpApi
{
    /// <summary>Finds a member by the id that webhooks have. That the parameter exists is unconfirmed.</summary>
    [Get("/3.0/lists/{list}/members")]
    Task<MailchimpMembers> FindAsync(string list, [AliasAs("unique_email_id")] string id, CancellationToken cancellationToken);

    /// <summary>Changes what the body names. Repeating it changes nothing more.</summary>
    [Patch("/3.0/lists/{list}/members/{hash}")]
    Task<MailchimpMember> WriteAsync(
        string list, string hash, [Body] MailchimpChange change, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Erases a member for good. The address cannot be imported again.</summary>
    [Post("/3.0/lists/{list}/members/{hash}/actions/delete-permanent")]
    Task<IApiResponse<string>> EraseAsync(
        string list, string hash, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Reads a member's notes, the newest first.</summary>
    [Get("/3.0/lists/{list}/members/{hash}/notes?count=1000")]
    Task<MailchimpNotes> NotesAsync(string list, string hash, CancellationToken cancellationToken);

    /// <summary>Lists the webhooks of an audience.</summary>
    [Get("/3.0/lists/{list}/webhooks?count=1000")]
    Task<MailchimpWebhooksWire> WebhooksAsync(string list, CancellationToken cancellationToken);

    /// <summary>Makes a webhook. Its answer alone has the signing secret. Not repeated by itself: each call makes
    /// one.</summary>
    [Post("/3.0/lists/{list}/webhooks")]
    Task<MailchimpWebhookWire> AddWebhookAsync(string list, [Body] MailchimpWebhookWire webhook, CancellationToken cancellationToken);

    /// <summary>Removes a webhook.</summary>
    [Delete("/3.0/lists/{list}/webhooks/{id}")]
    Task<IApiResponse<string>> RemoveWebhookAsync(string list, string id, CancellationToken cancellationToken);

    /// <summary>Adds a note. Not repeated by itself: each call adds one.</summary>
    [Post("/3.0/lists/{list}/members/{hash}/notes")]
    Task<MailchimpNote> AddNoteAsync(string list, string hash, [Body] MailchimpNote note, CancellationToken cancellationToken);
}
