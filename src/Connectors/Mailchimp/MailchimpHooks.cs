using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Makes, lists and removes the webhooks of an audience.</summary>
internal sealed class MailchimpHooks(MailchimpClient client)
{
    private const string ByApi = "api";

    private static readonly Dictionary<string, bool> Events = new()
    {
        ["subscribe"] = true, ["unsubscribe"] = true, ["profile"] = true, ["cleaned"] = true, ["upemail"] = true, ["campaign"] = false,
    };

    /// <summary>Changes by the API are left out, since the hub makes them.</summary>
    private static readonly Dictionary<string, bool> Sources = new() { ["user"] = true, ["admin"] = true, [ByApi] = false };

    public async Task<IReadOnlyList<RegisteredWebhook>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await client.WebhooksAsync(cancellationToken)).Select(ToWebhook).OfType<RegisteredWebhook>()];

    public static bool IsComplete(RegisteredWebhook webhook) =>
        Events.Where(each => each.Value).All(each => webhook.Events.Contains(each.Key)) && !webhook.Events.Contains(SourceOf(ByApi));

    public async Task<RegisteredWebhook> AddAsync(Uri address, CancellationToken cancellationToken)
    {
        var made = await client.AddWebhookAsync(new(null, address.AbsoluteUri, Events, Sources, null), cancellationToken);
        return (ToWebhook(made) ?? new("", address, [])) with { Secret = made.SigningSecret };
    }

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => client.RemoveWebhookAsync(id, cancellationToken);

    private static RegisteredWebhook? ToWebhook(MailchimpWebhookWire wire) =>
        wire.Id is { } id && Uri.TryCreate(wire.Url, UriKind.Absolute, out var address)
            ? new(
                id, address,
                [
                    .. (wire.Events ?? Events).Where(each => each.Value).Select(each => each.Key),
                    .. (wire.Sources ?? Sources).Where(each => each.Value).Select(each => SourceOf(each.Key)),
                ])
            : null;

    private static string SourceOf(string source) => $"by {source}";
}
