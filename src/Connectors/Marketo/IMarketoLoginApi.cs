using System.Text.Json;
using Refit;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Tokens of a custom service. The vendor takes the credentials in the address only.
/// https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication</summary>
internal interface IMarketoLoginApi
{
    /// <summary>Signs in. Before a token expires, the answer is the same token with the seconds that it has left.</summary>
    [Post("/identity/oauth/token?grant_type=client_credentials")]
    Task<JsonElement> TokenAsync(
        [AliasAs("client_id")] string clientId, [AliasAs("client_secret")] string clientSecret,
        [Property(Http.HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}
