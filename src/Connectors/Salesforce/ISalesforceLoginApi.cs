using Refit;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Tokens. https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm</summary>
internal interface ISalesforceLoginApi
{
    /// <summary>Signs in by client credentials or by a signed assertion.</summary>
    [Post("/services/oauth2/token")]
    Task<SalesforceTokenWire> TokenAsync(
        [Body(BodySerializationMethod.UrlEncoded)] IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken);
}
