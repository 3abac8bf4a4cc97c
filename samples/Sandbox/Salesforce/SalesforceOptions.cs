namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>The Salesforce org that the sandbox plays. Section <c>Sandbox:Salesforce</c>.</summary>
public sealed class SalesforceOptions
{
    public string OrganizationId { get; init; } = "00D5g000001AbCdEAK";

    public string ClientId { get; init; } = "sandbox-salesforce-client";

    public string ClientSecret { get; init; } = "sandbox-salesforce-client-secret";

    /// <summary>Gets the PEM public key that JWT assertions are checked with; null takes any RS256 signature.</summary>
    public string? JwtPublicKey { get; init; }

    /// <summary>Gets how long a session lives; the token answer does not tell, as in the real one.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Gets the external id fields, as <c>Lead.IntegrationHub_Lead_Id__c</c>.</summary>
    public IReadOnlyList<string> ExternalIdFields { get; init; } =
        ["Lead.IntegrationHub_Lead_Id__c", "Contact.IntegrationHub_Lead_Id__c", "Task.IntegrationHub_Handoff_Id__c"];

    /// <summary>
    /// Gets a value indicating whether a second record with the same external id is
    /// refused; if not, an upsert may answer 300.
    /// </summary>
    public bool UniqueExternalIds { get; init; } = true;

    /// <summary>Gets further text fields, as <c>Lead.Region__c</c>.</summary>
    public IReadOnlyList<string> CustomFields { get; init; } = [];

    /// <summary>Gets the records in one page of a query, at most 2000.</summary>
    public int PageSize { get; init; } = 2000;

    /// <summary>
    /// Gets the daily number of requests that the limit header tells of; beyond it every call is refused with 403.
    /// </summary>
    public int DailyRequests { get; init; } = 1_000_000;
}
