using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.History.World;

/// <summary>A request that a proxy has read.</summary>
internal sealed record ProxiedRequest(HttpRequest Request, byte[] Body);

/// <summary>An answer to pass on.</summary>
internal sealed record ProxiedAnswer(int Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body);

/// <summary>
/// Stands before a service of HTTP, on a port of its own. A rule decides for each request whether it is forwarded and what becomes of the answer.
/// </summary>
internal sealed class HttpProxy : IAsyncDisposable
{
    /// <summary>Lets requests pass.</summary>
    public static readonly Func<ProxiedRequest, Func<Task<ProxiedAnswer>>, Task<ProxiedAnswer?>> Pass = async (_, forward) => await forward();

    private readonly WebApplication _server;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 128 })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    private HttpProxy(Func<string> target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(context => HandleAsync(context, target()));
    }

    public string Url => _server.Urls.Single();

    /// <summary>Gets or sets what is done with a request: it may forward it, and returns what is answered; null breaks the connection.</summary>
    public Func<ProxiedRequest, Func<Task<ProxiedAnswer>>, Task<ProxiedAnswer?>> Rule { get; set; } = Pass;

    /// <param name="target">The address that a request goes to, without a slash at the end.</param>
    public static async Task<HttpProxy> StartAsync(Func<string> target)
    {
        var proxy = new HttpProxy(target);
        await proxy._server.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _server.StopAsync(soon.Token);
        await _server.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext context, string target)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new ProxiedRequest(context.Request, body.ToArray());
        try
        {
            if (await Rule(request, () => ForwardAsync(request, target)) is { } answer)
            {
                await AnswerAsync(context.Response, answer);
                return;
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
        {
            // The service or the caller is gone: to the other side that is a broken connection.
        }

        context.Abort();
    }

    /// <summary>
    /// Forwards under the same host, which services put into the addresses that they answer, and the path as it came, which is signed. The caller
    /// going away does not take it back.
    /// </summary>
    private async Task<ProxiedAnswer> ForwardAsync(ProxiedRequest request, string target)
    {
        var from = request.Request;
        var path = from.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var forwarded = new HttpRequestMessage(new(from.Method), new Uri($"{target}{path}"));
        if (request.Body.Length > 0)
        {
            forwarded.Content = new ByteArrayContent(request.Body);
        }

        foreach (var (name, values) in from.Headers.Where(header => header.Key is not ("Connection" or "Content-Length" or "Transfer-Encoding")))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                forwarded.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using var answer = await _http.SendAsync(forwarded);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Connection" or "Content-Length" or "Transfer-Encoding"));
        return new((int)answer.StatusCode, [.. headers], await answer.Content.ReadAsByteArrayAsync());
    }

    private static async Task AnswerAsync(HttpResponse response, ProxiedAnswer answer)
    {
        response.StatusCode = answer.Status;
        foreach (var (name, values) in answer.Headers)
        {
            response.Headers[name] = values.ToArray();
        }

        if (answer.Body.Length > 0)
        {
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body);
        }
    }
}
