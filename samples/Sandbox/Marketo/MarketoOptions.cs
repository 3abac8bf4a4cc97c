namespace IntegrationHub.Sandbox.Marketo;

/// <summary>The Marketo instance that the sandbox plays. Section <c>Sandbox:Marketo</c>.</summary>
public sealed class MarketoOptions
{
    public string ClientId { get; init; } = "sandbox-marketo-client";

    public string ClientSecret { get; init; } = "sandbox-marketo-client-secret";

    /// <summary>Gets how long an access token lives from its first issue.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets the activities on a page, at most 300.</summary>
    public int PageSize { get; init; } = 300;

    /// <summary>Gets the calls a day; beyond it every call is refused with 607.</summary>
    public int DailyCalls { get; init; } = 50_000;
}
