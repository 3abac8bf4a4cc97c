using System.Globalization;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>
/// Serves the HTTP functions. It listens from the start and answers 503 until the functions are there.
/// </summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private const long DefaultBodyLimit = 104_857_600;

    private readonly WebApplication _app;
    private readonly FunctionEndpoints _endpoints;
    private readonly string _routePrefix;

    private HttpFront(WebApplication app, FunctionEndpoints endpoints, string routePrefix) =>
        (_app, _endpoints, _routePrefix) = (app, endpoints, routePrefix);

    /// <summary>Gets where it serves.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Urls.Select(Reachable)];

    /// <summary>Starts to listen.</summary>
    public static async Task<HttpFront> StartAsync(
        string urls, AppSettings settings, HostJson hostJson, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var setting = settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"];
        var bodyLimit = long.TryParse(setting, CultureInfo.InvariantCulture, out var limit) ? limit : DefaultBodyLimit;
        var endpoints = new FunctionEndpoints();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = bodyLimit;

            // The worker's server has the same limits, and gets one header more.
            kestrel.Limits.MaxRequestHeaderCount -= 1;
            kestrel.Limits.MaxRequestHeadersTotalSize -= 128;
        });
        builder.Services.AddSingleton(loggers).AddHttpForwarder();
        builder.Services.AddRouting().TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionMethodPolicy>());
        var app = builder.Build();
        app.Use(RefuseTooLarge);
        app.Use(new RequestLimiter(hostJson.HttpLimits).ServeAsync);
        app.UseRouting();
        app.Use((http, next) => http.GetEndpoint() is not null ? next(http)
            : endpoints.IsSet ? Problems.WriteAsync(http, StatusCodes.Status404NotFound)
            : Problems.WriteUnavailableAsync(http));
        ((IEndpointRouteBuilder)app).DataSources.Add(endpoints);
        await app.StartAsync(cancellationToken);
        return new(app, endpoints, hostJson.RoutePrefix);
    }

    /// <summary>Gets what forwards requests.</summary>
    public Yarp.ReverseProxy.Forwarder.IHttpForwarder Forwarder =>
        _app.Services.GetRequiredService<Yarp.ReverseProxy.Forwarder.IHttpForwarder>();

    /// <summary>Serves functions from now on. Called once.</summary>
    public void Serve(IReadOnlyList<FunctionDefinition> functions, FunctionForwarder forwarder) =>
        _endpoints.Set(
            [.. functions.Where(each => each.Trigger is HttpTrigger).Select(each => Endpoint(each, (HttpTrigger)each.Trigger, forwarder))]);

    /// <summary>Returns the path of an HTTP function, without a slash before it.</summary>
    public string PathOf(HttpTrigger trigger) =>
        string.Join('/', new[] { _routePrefix, trigger.Route.Trim('/') }.Where(part => part.Length > 0));

    /// <summary>
    /// Refuses new requests and waits for those under way. Cancellation cuts off the rest.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _endpoints.Dispose();
    }

    private Endpoint Endpoint(FunctionDefinition function, HttpTrigger trigger, FunctionForwarder forwarder)
    {
        var pattern = RoutePatternFactory.Parse("/" + PathOf(trigger));
        var endpoint = new RouteEndpointBuilder(http => forwarder.ServeAsync(http, function, trigger.Level), pattern, order: 0)
        {
            DisplayName = function.Name,
        };
        endpoint.Metadata.Add(new FunctionMethods(trigger.Methods));
        return endpoint.Build();
    }

    /// <summary>
    /// Answers a request that says itself that it is too large; the server notices others while it reads them.
    /// </summary>
    private static Task RefuseTooLarge(HttpContext http, RequestDelegate next) =>
        http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize
            ? Problems.WriteAsync(http, StatusCodes.Status413PayloadTooLarge)
            : next(http);

    /// <summary>The address of this machine where the server listens on every address.</summary>
    private static Uri Reachable(string url) =>
        new(url.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
}
