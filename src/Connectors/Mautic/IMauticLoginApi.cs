using Refit;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Tokens of API credentials.</summary>
internal interface IMauticLoginApi
{
    /// <summary>Signs in by client credentials.</summary>
    [Post("/oauth/v2/token")]
    Task<MauticToken> TokenAsync(
        [Body(BodySerializationMethod.UrlEncoded)] IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken);
}
