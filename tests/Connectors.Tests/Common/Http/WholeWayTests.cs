using IntegrationHub.Connectors.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Refit;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>A connector's client as it is put together: keyed by the connector, with token, pipeline and translation, over a real connection.</summary>
public sealed class WholeWayTests
{
    private const string Name = "crm-eu";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_renews_its_token_waits_out_a_busy_vendor_and_ends_well()
    {
        var (tokens, calls) = (0, new List<string?>());
        await using var vendor = await StartAsync(server =>
        {
            server.MapPost("/token", () => Results.Json(new { access_token = $"t{++tokens}", expires_in = 3600 }));
            server.MapPatch("/contacts/{id}", (HttpRequest request, HttpResponse response) =>
            {
                calls.Add(request.Headers.Authorization);
                response.Headers.RetryAfter = "0";
                return calls.Count switch
                {
                    1 => Results.Ok(),
                    2 => Results.Unauthorized(),
                    3 => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
                    _ => Results.Ok(),
                };
            });
        });
        var clock = new WatchedTimeProvider();
        await using var provider = Services(vendor, clock);
        var api = provider.GetRequiredKeyedService<IContactsApi>(Name);
        var vendorCalls = new VendorCalls(Name, clock);

        await vendorCalls.RunAsync(() => api.ChangeAsync("7", new("Ada"), true, Token));
        clock.Advance(TimeSpan.FromMinutes(1));
        await vendorCalls.RunAsync(() => api.ChangeAsync("7", new("Ada"), true, Token));

        Assert.Equal(["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2"], calls);
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task Credentials_that_the_token_endpoint_refuses_are_told_of_and_cost_one_call()
    {
        var asked = 0;
        await using var vendor = await StartAsync(server => server.MapPost("/token", () =>
        {
            asked++;
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        }));
        var clock = new WatchedTimeProvider();
        await using var provider = Services(vendor, clock);
        var api = provider.GetRequiredKeyedService<IContactsApi>(Name);
        var vendorCalls = new VendorCalls(Name, clock);

        for (var call = 0; call < 3; call++)
        {
            var failure = await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => vendorCalls.RunAsync(() => api.ChangeAsync("7", new("Ada"), true, Token)));
            Assert.Equal("crm-eu is not authorized (invalid_grant). Renew its credentials in Connectors:crm-eu.", failure.Message);
        }

        Assert.Equal(1, asked);
    }

    private static ServiceProvider Services(WebApplication vendor, WatchedTimeProvider clock)
    {
        var address = new Uri(vendor.Urls.Single());
        var services = new ServiceCollection();
        services.AddKeyedSingleton(Name, (_, _) => HttpResilience.Build(new(), clock));
        services.AddKeyedSingleton(Name, (provider, _) => new AccessTokenCache(
            Name,
            async cancellationToken =>
            {
                var answer = await new VendorCalls(Name, clock).RunAsync(
                    () => provider.GetRequiredKeyedService<ITokenApi>(Name).GetAsync(new() { ["grant_type"] = "client_credentials" }, cancellationToken));
                return new(answer.AccessToken, TimeSpan.FromSeconds(answer.ExpiresIn));
            },
            clock));
        services.AddKeyedRefitGeneratedClient<ITokenApi>(Name)
            .ConfigureHttpClient(client => client.BaseAddress = address)
            .AddHttpMessageHandler(provider => new ResilienceHandler(provider.GetRequiredKeyedService<Polly.ResiliencePipeline<HttpResponseMessage>>(Name), clock));
        services.AddKeyedRefitGeneratedClient<IContactsApi>(Name)
            .ConfigureHttpClient(client => client.BaseAddress = address)
            .AddHttpMessageHandler(provider => new AccessTokenHandler(provider.GetRequiredKeyedService<AccessTokenCache>(Name)))
            .AddHttpMessageHandler(provider => new ResilienceHandler(provider.GetRequiredKeyedService<Polly.ResiliencePipeline<HttpResponseMessage>>(Name), clock));
        return services.BuildServiceProvider();
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = builder.Build();
        map(server);
        await server.StartAsync(Token);
        return server;
    }
}

internal interface ITokenApi
{
    [Post("/token")]
    Task<TokenWire> GetAsync([Body(BodySerializationMethod.UrlEncoded)] Dictionary<string, string> form, CancellationToken cancellationToken);
}

internal interface IContactsApi
{
    [Patch("/contacts/{id}")]
    Task<string> ChangeAsync(string id, [Body] NameWire name, [Property(ResilienceHandler.Idempotent)] bool idempotent, CancellationToken cancellationToken);
}

internal sealed record NameWire(string Name);

internal sealed record TokenWire(
    [property: System.Text.Json.Serialization.JsonPropertyName("access_token")] string AccessToken,
    [property: System.Text.Json.Serialization.JsonPropertyName("expires_in")] int ExpiresIn);
