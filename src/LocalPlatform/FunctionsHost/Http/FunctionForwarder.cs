using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>
/// Serves a request by the worker: forwards it over HTTP and starts the invocation by message. The worker brings the
/// two together by the invocation id in a header.
/// </summary>
internal sealed class FunctionForwarder(
    WorkerSupervisor workers, Invoker invoker, FunctionKeys keys, IHttpForwarder forwarder) : IAsyncDisposable
{
    private const string InvocationIdHeader = "x-ms-invocation-id";

    private static readonly TypedData Empty = new() { Http = new() };
    private static readonly ForwarderRequestConfig Config = new()
    {
        ActivityTimeout = TimeSpan.FromSeconds(240),
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static readonly WorkerTransformer Transformer = new();

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
    });

    /// <summary>Serves a request.</summary>
    public Task ServeAsync(HttpContext http, FunctionDefinition function, AccessLevel level)
    {
        if (!keys.Open(function.Name, level, http.Request))
        {
            return Problems.WriteAsync(http, StatusCodes.Status401Unauthorized);
        }

        return workers.Active is { } worker ? ServeAsync(http, function, worker) : Problems.WriteUnavailableAsync(http);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(HttpContext http, FunctionDefinition function, ActiveWorker worker)
    {
        var invocationId = Guid.NewGuid().ToString();
        http.Request.Headers[InvocationIdHeader] = invocationId;
        var forwarding = forwarder.SendAsync(http, worker.HttpAddress!, _client, Config, Transformer);
        var running = invoker.RunAsync(worker, function, invocationId, new(Empty, BindingData(http.Request)), http.RequestAborted);
        try
        {
            var error = await forwarding;
            var succeeded = await running;
            if (http.RequestAborted.IsCancellationRequested)
            {
                // The caller has gone: there is nobody to answer.
                http.Abort();
            }
            else if (StatusOf(http, error, succeeded) is { } status)
            {
                await Problems.ReplaceAsync(http, status);
            }
        }
        catch (WorkerGoneException)
        {
            await Problems.ReplaceAsync(http, StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>Returns the status to answer with instead; null when the worker's answer stands.</summary>
    private static int? StatusOf(HttpContext http, ForwarderError error, bool succeeded)
    {
        if (FindRefusal(http) is { } refusal)
        {
            return refusal.StatusCode;
        }

        if (!succeeded)
        {
            return StatusCodes.Status500InternalServerError;
        }

        // A function may answer without having read the whole request.
        var isWhole = error is ForwarderError.None
            || (http.Response.HasStarted && BodyFailed(error));
        return isWhole ? null
            : BodyFailed(error) ? StatusCodes.Status408RequestTimeout
            : StatusCodes.Status500InternalServerError;
    }

    /// <summary>Whether the request's body could not be handed over. The function ended well, so it waited for the body
    /// no longer; its answer went down with the connection.</summary>
    private static bool BodyFailed(ForwarderError error) =>
        error is ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient or ForwarderError.RequestBodyDestination;

    /// <summary>
    /// Returns why the server stopped reading the request, for example because its body is too large.
    /// </summary>
    private static BadHttpRequestException? FindRefusal(HttpContext http)
    {
        for (var failure = http.GetForwarderErrorFeature()?.Exception; failure is not null; failure = failure.InnerException)
        {
            if (failure is BadHttpRequestException refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Returns what parameters of the function may be bound to by name. Route values win.</summary>
    private static Dictionary<string, TypedData> BindingData(HttpRequest request)
    {
        var data = new Dictionary<string, TypedData>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in request.Query)
        {
            data[name] = new() { String = value.ToString() };
        }

        foreach (var (name, value) in request.RouteValues)
        {
            if (value is not null)
            {
                data[name] = new() { String = value.ToString() };
            }
        }

        return data;
    }

    /// <summary>Forwards everything unchanged, except the name of the worker's server.</summary>
    private sealed class WorkerTransformer : HttpTransformer
    {
        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var hasBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
            httpContext.Response.Headers.Remove("Server");
            return hasBody;
        }
    }
}
