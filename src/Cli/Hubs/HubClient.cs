using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace IntegrationHub.Cli.Hubs;

/// <summary>Calls a running hub over HTTP. A failure is an answer, not an exception.</summary>
internal sealed class HubClient : IDisposable
{
    /// <summary>Longer than the longest replay takes.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly Uri _url;
    private readonly HttpClient _http;

    /// <param name="url">Where the hub runs, without <c>/api</c>.</param>
    /// <param name="key">The function key; null for none.</param>
    public HubClient(Uri url, string? key)
    {
        _url = url;
        _http = new HttpClient { BaseAddress = new($"{url.AbsoluteUri.TrimEnd('/')}/api/"), Timeout = Timeout };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("x-functions-key", key);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Gets what is at a path below <c>/api</c>.</summary>
    public Task<HubAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(() => _http.GetAsync(path, cancellationToken), cancellationToken);

    /// <summary>Posts JSON to a path below <c>/api</c>.</summary>
    public Task<HubAnswer> PostAsync(string path, object body, CancellationToken cancellationToken) =>
        AskAsync(() => _http.PostAsJsonAsync(path, body, cancellationToken), cancellationToken);

    /// <summary>Deletes what is at a path below <c>/api</c>.</summary>
    public Task<HubAnswer> DeleteAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(() => _http.DeleteAsync(path, cancellationToken), cancellationToken);

    /// <summary>Gets the health. A hub that cannot work answers too.</summary>
    public Task<HubAnswer> GetHealthAsync(CancellationToken cancellationToken) =>
        AskAsync(() => _http.GetAsync("health", cancellationToken), cancellationToken, HttpStatusCode.ServiceUnavailable);

    private async Task<HubAnswer> AskAsync(
        Func<Task<HttpResponseMessage>> askAsync, CancellationToken cancellationToken, HttpStatusCode alsoRight = HttpStatusCode.OK)
    {
        try
        {
            using var answer = await askAsync();
            return answer.StatusCode == HttpStatusCode.NoContent
                ? new HubAnswer.Done(JsonSerializer.SerializeToElement(new { done = true }))
                : answer.IsSuccessStatusCode
                    || (answer.StatusCode == alsoRight && answer.Content.Headers.ContentType?.MediaType == "application/json")
                ? new HubAnswer.Done(await ReadAsync<JsonElement>(answer, cancellationToken))
                : new HubAnswer.Refused($"The hub answers {(int)answer.StatusCode}: {await ReadProblemAsync(answer, cancellationToken)}");
        }
        catch (HttpRequestException failure)
        {
            return new HubAnswer.Absent($"No hub answers at {_url}: {failure.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HubAnswer.Absent($"No hub answers at {_url} within {Timeout.TotalMinutes} minutes.");
        }
        catch (JsonException)
        {
            return new HubAnswer.Refused($"What answers at {_url} is not a hub: its answer is not JSON.");
        }
    }

    private static async Task<string> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = await ReadAsync<Problem>(answer, cancellationToken);
            return problem?.Detail ?? problem?.Title ?? Fallback(answer);
        }

        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? "it wants another key. Give the right one with --key or in Hub__FunctionKey."
            : Fallback(answer);
    }

    private static async Task<T?> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync<T>(body, JsonSerializerOptions.Web, cancellationToken);
    }

    private static string Fallback(HttpResponseMessage answer) => answer.ReasonPhrase ?? "no reason given.";

    private sealed record Problem(string? Title, string? Detail);
}
