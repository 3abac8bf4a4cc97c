using System.Net;
using System.Text;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>Keeps what a client sends and answers what the test says.</summary>
internal sealed class CapturingHandler(Func<HttpRequestMessage, HttpResponseMessage>? answer = null) : HttpMessageHandler
{
    public HttpRequestMessage Request { get; private set; } = new();

    public string? Body { get; private set; }

    public string? ContentType { get; private set; }

    public long? ContentLength { get; private set; }

    public CancellationToken CancellationToken { get; private set; }

    public string PathAndQuery => Request.RequestUri!.PathAndQuery;

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK, string mediaType = "application/json") =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, mediaType) };

    public string? Header(string name) => Request.Headers.TryGetValues(name, out var values) ? string.Join("|", values) : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Request = request;
        CancellationToken = cancellationToken;
        if (request.Content is { } content)
        {
            ContentType = content.Headers.ContentType?.ToString();
            ContentLength = content.Headers.ContentLength;
            Body = await content.ReadAsStringAsync(cancellationToken);
        }

        return answer?.Invoke(request) ?? Json("{}");
    }
}
