namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>The HubSpot portal that the sandbox plays. Section <c>Sandbox:HubSpot</c>.</summary>
public sealed class HubSpotOptions
{
    public long PortalId { get; init; } = 62515;

    public long AppId { get; init; } = 54321;

    public string ClientId { get; init; } = "sandbox-hubspot-client";

    /// <summary>Gets the app's client secret, which also signs the webhooks.</summary>
    public string ClientSecret { get; init; } = "sandbox-hubspot-client-secret";

    public string RefreshToken { get; init; } = "sandbox-hubspot-refresh-token";

    /// <summary>Gets the private app's token: always valid, no refresh.</summary>
    public string PrivateAppToken { get; init; } = "pat-sandbox";

    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Gets where webhooks are sent; null sends none until <see cref="HubSpotWebhooks.TargetUrl"/> is set.
    /// </summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Gets the public URL that is signed; null signs <see cref="WebhookUrl"/>.</summary>
    public string? WebhookPublicUrl { get; init; }

    /// <summary>
    /// Gets the waits before a failed delivery is tried again; after the last the events are given up. Null is ten
    /// within a minute; HubSpot's own ten are spread over 24 hours.
    /// </summary>
    public IReadOnlyList<TimeSpan>? RetryDelays { get; init; }

    /// <summary>Gets how long an answer to a webhook may take.</summary>
    public TimeSpan WebhookTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets how long changes are gathered into one webhook request.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Gets the number of webhook requests in flight at once when the pushes are not ordered.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Gets the requests allowed in 10 seconds (search excluded); null counts but never refuses.</summary>
    public int? RateLimit { get; init; }

    /// <summary>Gets properties of the portal's own, as <c>contacts.favourite_colour</c>.</summary>
    public IReadOnlyList<string> CustomProperties { get; init; } = [];
}
