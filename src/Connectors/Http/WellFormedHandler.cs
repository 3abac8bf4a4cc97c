using IntegrationHub.Connectors.Events;
namespace IntegrationHub.Connectors.Http;

/// <summary>
/// Repairs a vendor's JSON, so that a broken character in one record does not lose a whole page. It
/// belongs inside the resilience handler.
/// </summary>
internal sealed class WellFormedHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return answer;
        }

        try
        {
            answer.Content = await RepairAsync(answer.Content, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task<HttpContent> RepairAsync(HttpContent content, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await content.ReadAsByteArrayAsync(cancellationToken);
        var repaired = WellFormed.Json(body);
        if (repaired.Equals(body))
        {
            return content;
        }

        var replaced = new ReadOnlyMemoryContent(repaired);
        foreach (var header in content.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            replaced.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        content.Dispose();
        return replaced;
    }
}
