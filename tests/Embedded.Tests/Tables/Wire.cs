using System.Net;
using System.Text;

namespace IntegrationHub.Embedded.Tests.Tables;

/// <summary>A transport that keeps what was sent and answers as the test says; where the test says nothing, the real store answers.</summary>
internal sealed class Wire(params Func<HttpRequestMessage, HttpResponseMessage?>[] answers) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage?>> _answers = new(answers);

    internal List<(string Method, Uri Uri, string Body, Dictionary<string, string> Headers)> Sent { get; } = [];

    /// <summary>Gets or sets how many requests arrive without their sender hearing of it: it hears that the service is not available.</summary>
    internal int AnswerLost { get; set; }

    internal static HttpResponseMessage Answer(HttpStatusCode status, string body = "", string type = "application/json", params (string Name, string Value)[] headers)
    {
        HttpResponseMessage response = new(status) { Content = new StringContent(body, Encoding.UTF8) };
        response.Content.Headers.Remove("Content-Type");
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>());
        Sent.Add((request.Method.Method, request.RequestUri!, body, headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase)));
        if (_answers.TryDequeue(out var answer) && answer(request) is { } response)
        {
            return response;
        }

        var real = await base.SendAsync(request, cancellationToken);
        return AnswerLost-- > 0 ? Answer(HttpStatusCode.ServiceUnavailable) : real;
    }
}
