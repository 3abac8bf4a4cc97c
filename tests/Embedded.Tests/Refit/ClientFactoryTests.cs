using Microsoft.Extensions.DependencyInjection;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>Clients from the service provider.</summary>
public sealed class ClientFactoryTests
{
    [Fact]
    public async Task A_client_is_registered_with_its_handlers_and_settings()
    {
        var sent = new CapturingHandler();
        var services = new ServiceCollection();
        services
            .AddRefitClient<IQueryApi>(new RefitSettings { CollectionFormat = CollectionFormat.Multi })
            .ConfigureHttpClient(client => client.BaseAddress = new("https://one.example.com"))
            .ConfigurePrimaryHttpMessageHandler(() => sent);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IQueryApi>().ListAsync([1, 2]);

        Assert.Equal("https://one.example.com/search?ids=1&ids=2", sent.Request.RequestUri!.ToString());
    }

    [Fact]
    public async Task Two_instances_of_one_interface_are_told_apart_by_their_key()
    {
        var europe = new CapturingHandler();
        var america = new CapturingHandler();
        var services = new ServiceCollection();
        services
            .AddKeyedRefitClient<IHeaderApi>("hubspot-eu", _ => new RefitSettings { AuthorizationHeaderValueGetter = (_, _) => ValueTask.FromResult("eu") })
            .ConfigureHttpClient(client => client.BaseAddress = new("https://eu.example.com"))
            .ConfigurePrimaryHttpMessageHandler(() => europe);
        services
            .AddKeyedRefitClient<IHeaderApi>("hubspot-us", _ => new RefitSettings { AuthorizationHeaderValueGetter = (_, _) => ValueTask.FromResult("us") })
            .ConfigureHttpClient(client => client.BaseAddress = new("https://us.example.com"))
            .ConfigurePrimaryHttpMessageHandler(() => america);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<IHeaderApi>("hubspot-eu").InterfaceAsync();
        await provider.GetRequiredKeyedService<IHeaderApi>("hubspot-us").InterfaceAsync();

        Assert.Equal(("eu.example.com", "Bearer eu"), (europe.Request.RequestUri!.Host, europe.Header("Authorization")));
        Assert.Equal(("us.example.com", "Bearer us"), (america.Request.RequestUri!.Host, america.Header("Authorization")));
        Assert.Null(provider.GetService<IHeaderApi>());
    }

    [Fact]
    public async Task The_credential_is_asked_for_in_a_scope_of_each_request()
    {
        var sent = new CapturingHandler();
        var services = new ServiceCollection();
        services.AddScoped<Visit>();
        services
            .AddRefitClient<IHeaderApi>()
            .ConfigureHttpClient(client => client.BaseAddress = new("https://one.example.com"))
            .AddAuthorizationHeaderValueProvider((scope, _, _) => ValueTask.FromResult(scope.GetRequiredService<Visit>().Id.ToString()))
            .ConfigurePrimaryHttpMessageHandler(() => sent);
        await using var provider = services.BuildServiceProvider();
        var api = provider.GetRequiredService<IHeaderApi>();

        await api.InterfaceAsync();
        var first = sent.Header("Authorization");
        await api.InterfaceAsync();

        Assert.StartsWith("Bearer ", first, StringComparison.Ordinal);
        Assert.NotEqual(first, sent.Header("Authorization"));
    }

    [Fact]
    public async Task An_interface_may_be_internal()
    {
        var sent = new CapturingHandler(_ => CapturingHandler.Json("""{"id":"9"}"""));
        using var client = new HttpClient(sent) { BaseAddress = new("https://one.example.com") };

        Assert.Equal("9", (await RestService.For<IHiddenApi>(client).FindAsync("9", TestContext.Current.CancellationToken)).Id);
        Assert.Equal("/hidden/9", sent.PathAndQuery);
    }

    private sealed class Visit
    {
        public Guid Id { get; } = Guid.NewGuid();
    }
}
