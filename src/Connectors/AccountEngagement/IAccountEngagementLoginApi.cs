using System.Text.Json;
using Refit;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Tokens of the Salesforce organisation.
/// https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm</summary>
internal interface IAccountEngagementLoginApi
{
    /// <summary>Signs in by the client's credentials.</summary>
    [Post("/services/oauth2/token")]
    Task<JsonElement> TokenAsync(
        [Body(BodySerializationMethod.UrlEncoded)] IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken);
}
