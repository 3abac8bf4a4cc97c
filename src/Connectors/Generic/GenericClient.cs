using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Sends the requests of the settings.</summary>
internal sealed class GenericClient(HttpClient http, VendorCalls calls)
{
    private static readonly RefitSettings Settings = new();

    /// <summary>Sends a request; returns the raw answer.</summary>
    public Task<byte[]> SendAsync(
        GenericRequest request, IReadOnlyDictionary<string, string?> values, CancellationToken cancellationToken) =>
        calls.RunAsync(() => AskAsync(request, values, cancellationToken));

    /// <summary>Sends a request and parses the answer; undefined when the tool has nothing there (404, 410).</summary>
    public async Task<JsonElement> FindAsync(
        GenericRequest request, IReadOnlyDictionary<string, string?> values, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = GenericMapper.Parse(await SendAsync(request, values, cancellationToken))
                ?? throw new VendorUnavailableException(calls.Connector, $"{request.Method} {request.Name}", HttpStatusCode.OK, null);
            return answer.RootElement.Clone();
        }
        catch (VendorRefusedException refused) when (refused.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return default;
        }
    }

    /// <summary>Fetches a token by client credentials (OAuth 2).</summary>
    public static async Task<AccessToken> TokenAsync(
        HttpClient http, VendorCalls calls, GenericApi api, CancellationToken cancellationToken)
    {
        var answer = await calls.RunAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, api.TokenUrl)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string?>
                {
                    ["grant_type"] = "client_credentials", ["client_id"] = api.User, ["client_secret"] = api.Secret, ["scope"] = api.Scope,
                }.Where(field => field.Value is not null)),
            };
            request.Options.Set(new HttpRequestOptionsKey<bool>(HttpResilience.Idempotent), true);
            using var response = await http.SendAsync(request, cancellationToken);
            await ThrowIfRefusedAsync(request, response);
            using var body = GenericMapper.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return body?.RootElement.Clone() ?? default;
        });
        return answer.Text("access_token") is { } granted
            ? new(
                granted,
                answer.Number("expires_in") is { } seconds and > 0 and < 1_000_000 ? TimeSpan.FromSeconds((double)seconds) : null)
            : throw new VendorUnavailableException(calls.Connector, "POST Api:TokenUrl", null, null);
    }

    private async Task<byte[]> AskAsync(
        GenericRequest request, IReadOnlyDictionary<string, string?> values, CancellationToken cancellationToken)
    {
        using var message = request.Write(values);
        using var response = await http.SendAsync(message, cancellationToken);
        await ThrowIfRefusedAsync(message, response);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private static async Task ThrowIfRefusedAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await ApiException.Create(request, request.Method, response, Settings);
        }
    }
}
