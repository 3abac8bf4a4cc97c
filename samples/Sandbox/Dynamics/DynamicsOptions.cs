namespace IntegrationHub.Sandbox.Dynamics;

/// <summary>The Dataverse environment that the sandbox plays. Section <c>Sandbox:Dynamics</c>.</summary>
public sealed class DynamicsOptions
{
    public string OrganizationId { get; init; } = "c0000000-0003-4000-8000-00000000000c";

    public string TenantId { get; init; } = "7e000000-0000-4000-8000-000000000001";

    public string ClientId { get; init; } = "7e000000-0000-4000-8000-000000000002";

    public string ClientSecret { get; init; } = "sandbox-dynamics-client-secret";

    /// <summary>Gets the user whom the API acts as.</summary>
    public string ApplicationUserId { get; init; } = "feed0000-0000-0000-0000-00000000beef";

    /// <summary>Gets the users; the first one does what people do.</summary>
    public IReadOnlyList<string> UserIds { get; init; } = ["a0000000-0002-4000-8000-00000000000a", "a0000000-0002-4000-8000-00000000000b"];

    /// <summary>Gets the value of the header <c>x-hub-key</c> of webhooks.</summary>
    public string WebhookSecret { get; init; } = "sandbox-dynamics-webhook-secret";

    /// <summary>Gets where webhooks are sent; null sends none until it is set at run time.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Gets the alternate keys, as <c>leads.new_integrationhubleadid</c>.</summary>
    public IReadOnlyList<string> AlternateKeys { get; init; } = ["leads.new_integrationhubleadid"];

    /// <summary>Gets how long a token lives.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);
}
