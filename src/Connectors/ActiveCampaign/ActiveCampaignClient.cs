using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>A tag on a contact.</summary>
/// <param name="Id">The id of the relation, by which the tag is taken away.</param>
internal sealed record TagOfContact(string Id, string Name);

/// <summary>Calls one ActiveCampaign account.</summary>
internal sealed class ActiveCampaignClient(IActiveCampaignApi api, VendorCalls calls, string connector)
{
    private const int Subscribed = 1, Unsubscribed = 2;

    /// <summary>Reads a contact (<c>contact</c>) with its lists (<c>contactLists</c>); undefined when it does not
    /// exist.</summary>
    public Task<JsonElement> ContactAsync(string id, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.ContactAsync(id, cancellationToken));

    /// <summary>Writes fields of a contact.</summary>
    public Task WriteAsync(string id, IReadOnlyDictionary<string, string> fields, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.WriteAsync(
            id, new Dictionary<string, IReadOnlyDictionary<string, string>> { ["contact"] = fields }, cancellationToken));

    /// <summary>Deletes a contact. A no-op for one that is gone.</summary>
    public Task EraseAsync(string id, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.EraseAsync(id, cancellationToken));

    /// <summary>Subscribes a contact to a list, or unsubscribes it.</summary>
    public Task WriteListAsync(string id, string list, bool optedOut, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.WriteListAsync(
            new(new(list, id, optedOut ? Unsubscribed : Subscribed)), repeatable: true, cancellationToken));

    /// <summary>Reads a contact's tags that begin with a prefix.</summary>
    public async Task<IReadOnlyList<TagOfContact>> TagsAsync(string id, string prefix, CancellationToken cancellationToken)
    {
        var names = await TagIdsAsync(prefix, cancellationToken);
        var tags = await calls.RunAsync(() => api.ContactTagsAsync(id, cancellationToken));
        return
        [
            .. from tag in tags.Items("contactTags")
               let name = names.GetValueOrDefault(tag.Text("tag") ?? "")
               where name is not null && tag.Text("id") is not null
               select new TagOfContact(tag.Text("id")!, name),
        ];
    }

    /// <summary>Gives a contact a tag, which is made when the account does not have it.</summary>
    public async Task TagAsync(string id, string name, CancellationToken cancellationToken)
    {
        var known = (await TagIdsAsync(name, cancellationToken))
            .FirstOrDefault(tag => name.Equals(tag.Value, StringComparison.OrdinalIgnoreCase)).Key;
        var tag = known ?? (await calls.RunAsync(() => api.AddTagAsync(new(new(name)), cancellationToken))).Member("tag").Text("id")
            ?? throw new VendorUnavailableException(connector, "POST /api/3/tags", null, null);
        await calls.RunAsync(() => api.TagAsync(new(new(id, tag)), repeatable: true, cancellationToken));
    }

    /// <summary>Takes a tag from a contact; a no-op when it is gone.</summary>
    public Task UntagAsync(TagOfContact tag, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.UntagAsync(tag.Id, cancellationToken));

    /// <summary>Reads the texts of a contact's notes; null when the contact does not exist.</summary>
    public async Task<IReadOnlyList<string>?> NotesAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync(() => api.NotesAsync(id, cancellationToken));
        return found.ValueKind == JsonValueKind.Undefined
            ? null
            : [.. found.Items("notes").Select(note => note.Text("note")).OfType<string>()];
    }

    /// <summary>Adds a note to a contact.</summary>
    public Task AddNoteAsync(string id, string text, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.AddNoteAsync(new(new(text, id)), cancellationToken));

    private async Task<Dictionary<string, string>> TagIdsAsync(string search, CancellationToken cancellationToken)
    {
        var found = await calls.RunAsync(() => api.TagsAsync(search, cancellationToken));
        return found.Items("tags")
            .Where(tag => tag.Text("id") is not null && tag.Text("tag")?.StartsWith(search, StringComparison.OrdinalIgnoreCase) == true)
            .ToDictionary(tag => tag.Text("id")!, tag => tag.Text("tag")!);
    }
}
