namespace IntegrationHub.Connectors.Http;

/// <summary>Buffers request and response bodies, so that a request can be repeated and an attempt's timeout covers the
/// whole response. An answer that is too long is not read to its end. It belongs inside the resilience handler.</summary>
public sealed class BufferingHandler : DelegatingHandler
{
    /// <summary>The longest answer, which exceeds every page and batch that the hub asks for.</summary>
    public const int LongestAnswer = 16 * 1024 * 1024;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not null)
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        request.Options.Set(HttpResilience.Asked, true);
        var answer = await base.SendAsync(request, cancellationToken);
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}
