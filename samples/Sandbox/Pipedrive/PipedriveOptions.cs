namespace IntegrationHub.Sandbox.Pipedrive;

/// <summary>The Pipedrive company that the sandbox plays. Section <c>Sandbox:Pipedrive</c>.</summary>
public sealed class PipedriveOptions
{
    public long CompanyId { get; init; } = 7000001;

    public string ApiToken { get; init; } = "sandbox-pipedrive-token";

    /// <summary>Gets the user whom the API acts as.</summary>
    public long ApiUserId { get; init; } = 7100009;

    /// <summary>Gets the users; the first one does what people do.</summary>
    public IReadOnlyList<long> UserIds { get; init; } = [7100001, 7100002];

    public string WebhookUser { get; init; } = "hub-pipedrive";

    public string WebhookPassword { get; init; } = "sandbox:pipedrive";

    /// <summary>Gets where webhooks are sent; null sends none until it is set at run time.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Gets the requests that are allowed within two seconds.</summary>
    public int Burst { get; init; } = 1_000;

    /// <summary>Gets the tokens of a day.</summary>
    public int DailyTokens { get; init; } = 1_000_000;
}
