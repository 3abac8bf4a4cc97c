using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>A request as a vendor got it.</summary>
internal sealed record Asked(string Method, Uri Url, string? Authorization, string? CallOptions, string Body)
{
    public string Path => Url.AbsolutePath;

    public string Query => Uri.UnescapeDataString(Url.Query.Replace('+', ' '));

    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>Returns the answers that a test sets, and records the requests.</summary>
internal sealed class VendorStub(Func<Asked, HttpResponseMessage> answer) : HttpMessageHandler
{
    private readonly List<Asked> _asked = [];

    public IReadOnlyList<Asked> All
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked];
            }
        }
    }

    public IReadOnlyList<Asked> Calls => [.. All.Where(asked => !asked.Path.EndsWith("/token", StringComparison.Ordinal))];

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    /// <summary>The connector of the settings, with this as its vendor.</summary>
    public T Connect<T>(string name, IEnumerable<KeyValuePair<string, string?>> settings, TimeProvider? clock = null, string? app = null)
        where T : class, IConnector
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Connectors:{name}:{pair.Key}", pair.Value))).Build();
        var services = new ServiceCollection().AddSingleton(clock ?? TimeProvider.System).AddLogging().AddConnectors(configuration);
        foreach (var client in new[] { name, app ?? $"{name}-login" })
        {
            services.AddHttpClient(client).ConfigurePrimaryHttpMessageHandler(() => this);
        }

        return services.BuildServiceProvider().GetRequiredService<ConnectorSet>().Find<T>(name)!;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var asked = new Asked(
            request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("Sforce-Call-Options", out var options) ? options.Single() : null, body);
        lock (_asked)
        {
            _asked.Add(asked);
        }

        var answered = answer(asked);
        answered.RequestMessage = request;
        return answered;
    }
}
