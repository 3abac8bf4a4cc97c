using System.Net;
using System.Text;
using System.Text.Json;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Calls a started hub's API with its key.</summary>
internal sealed class HubClient(TestHub hub) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await _http.GetStringAsync(path, Token));
        return document.RootElement.Clone();
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _http.GetAsync(path, Token);
        return answer.StatusCode;
    }

    public async Task<HttpStatusCode> DeleteAsync(string path)
    {
        using var answer = await _http.DeleteAsync(path, Token);
        return answer.StatusCode;
    }

    /// <summary>Posts JSON; the answer's status and body.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(path, content, Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    public void Dispose() => _http.Dispose();
}
