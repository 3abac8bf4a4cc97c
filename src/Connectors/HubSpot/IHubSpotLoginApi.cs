using Refit;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Tokens of an OAuth app. https://developers.hubspot.com/docs/api/working-with-oauth</summary>
internal interface IHubSpotLoginApi
{
    /// <summary>Exchanges the refresh token.</summary>
    [Post("/oauth/v1/token")]
    Task<HubSpotTokenWire> TokenAsync(
        [Body(BodySerializationMethod.UrlEncoded)] IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken);
}
