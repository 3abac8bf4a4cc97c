using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose webhooks can be made and removed by its API.</summary>
public interface IWebhookRegistration : IConnector
{
    /// <summary>Lists the webhooks that the tool has, those of others too.</summary>
    /// <exception cref="VendorException">The tool does not answer, or refuses.</exception>
    Task<IReadOnlyList<RegisteredWebhook>> WebhooksAsync(CancellationToken cancellationToken);

    /// <summary>Whether a webhook sends everything that the hub reads, and nothing that the hub itself
    /// caused.</summary>
    bool IsComplete(RegisteredWebhook webhook);

    /// <summary>Makes a webhook with everything that the hub reads. Not idempotent: look for one of the address
    /// first.</summary>
    /// <exception cref="VendorException">The tool does not answer, or refuses.</exception>
    Task<RegisteredWebhook> RegisterAsync(Uri address, CancellationToken cancellationToken);

    /// <summary>Removes a webhook. A no-op for one that is gone.</summary>
    /// <exception cref="VendorException">The tool does not answer, or refuses.</exception>
    Task RemoveAsync(RegisteredWebhook webhook, CancellationToken cancellationToken);
}

/// <summary>A webhook as the tool has it.</summary>
/// <param name="Id">Its id in the tool.</param>
/// <param name="Address">Where it calls.</param>
/// <param name="Events">What it sends, in the tool's words.</param>
public sealed record RegisteredWebhook(string Id, Uri Address, IReadOnlyList<string> Events)
{
    /// <summary>Gets the secret with which it signs; null when the tool does not show it, or shows it once
    /// only.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether it calls an address. The query does not count: it may hold a token.</summary>
    public bool Calls(Uri address) =>
        Address.GetLeftPart(UriPartial.Path).Equals(address.GetLeftPart(UriPartial.Path), StringComparison.OrdinalIgnoreCase);
}
