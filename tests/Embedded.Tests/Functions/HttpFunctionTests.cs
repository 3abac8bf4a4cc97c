using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Embedded.Tests.Functions;

public sealed class HttpFunctionTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private FunctionApp _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await FunctionApp.StartAsync([typeof(HttpProbes)], builder => builder.Services.AddSingleton<ILoggerProvider>(_log));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("GET", "api/leads/a%20b/3", 200, """{"method":"GET","id":"a b","page":3,"function":"ReadLead","bound":"a b"}""")]
    [InlineData("GET", "api/leads/x", 200, """{"method":"GET","id":"x","page":0,"function":"ReadLead","bound":"x"}""")]
    [InlineData("DELETE", "api/leads/x", 202, """{"erased":"x","by":"DELETE"}""")]
    [InlineData("POST", "api/leads/x", 202, """{"erased":"x","by":"POST"}""")]
    [InlineData("GET", "api/Plain", 200, "GET")]
    [InlineData("PATCH", "api/plain", 200, "PATCH")]
    [InlineData("GET", "api/typed/7b0e6b1c-52a4-4d33-9a55-1d2f0a7f5e11/2026-02-28T00:00:00Z/true", 200, "7b0e6b1c52a44d339a551d2f0a7f5e11 2026-02-28 True")]
    [InlineData("GET", "api/written", 200, "written True")]
    public async Task A_request_reaches_the_function_of_its_route_and_method(string method, string path, int status, string body)
    {
        var (answered, said, _) = await SendAsync(method, path);

        Assert.Equal(status, (int)answered);
        Assert.Equal(body, said);
    }

    [Theory]
    [InlineData("PUT", "api/leads/x")]
    [InlineData("HEAD", "api/leads/x")]
    [InlineData("DELETE", "api/leads/x/3")]
    [InlineData("GET", "api/leads/x/three")]
    [InlineData("GET", "api/typed/no-guid/2026-02-28/true")]
    [InlineData("GET", "leads/x")]
    [InlineData("GET", "api/unknown")]
    [InlineData("GET", "")]
    public async Task An_unknown_route_or_method_is_not_found(string method, string path)
    {
        var (answered, _, _) = await SendAsync(method, path);

        Assert.Equal(HttpStatusCode.NotFound, answered);
    }

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("", null, 401)]
    [InlineData(null, "", 401)]
    [InlineData("open-sesam", null, 401)]
    [InlineData("open-sesame", null, 200)]
    [InlineData("open-sesame!", null, 401)]
    [InlineData("Open-Sesame", null, 401)]
    [InlineData(null, "open-sesame", 200)]
    [InlineData(null, "wrong", 401)]
    [InlineData("open-sesame", "wrong", 200)]
    [InlineData("wrong", "open-sesame", 401)]
    public async Task A_key_is_taken_from_the_header_before_the_query(string? header, string? code, int status)
    {
        foreach (var function in new[] { "locked", "lockedByDefault" })
        {
            var (answered, _, _) = await SendAsync("GET", $"api/{function}{(code is null ? "" : $"?code={code}")}", header);

            Assert.Equal(status, (int)answered);
        }
    }

    [Fact]
    public async Task A_failing_function_is_answered_without_details_and_logged_once()
    {
        var (answered, said, type) = await SendAsync("GET", "api/broken");

        Assert.Equal(HttpStatusCode.InternalServerError, answered);
        Assert.Equal("application/problem+json", type);
        Assert.DoesNotContain("detail nobody", said, StringComparison.Ordinal);
        Assert.Single(_log.Lines, line => line.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task The_host_sets_no_limit_of_its_own_to_a_body()
    {
        const int size = 32 * 1024 * 1024;
        using var body = new ByteArrayContent(new byte[size]);

        using var answer = await _app.Http.PostAsync(new Uri("api/sized", UriKind.Relative), body, TestContext.Current.CancellationToken);

        Assert.Equal($"{size}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_route_prefix_is_the_hosts_setting()
    {
        await using var app = await FunctionApp.StartAsync(
            [typeof(HttpProbes)], settings: "--AzureFunctionsJobHost:extensions:http:routePrefix=v1/hooks");

        Assert.Equal("GET", await app.Http.GetStringAsync(new Uri("v1/hooks/plain", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    private async Task<(HttpStatusCode Status, string Body, string? Type)> SendAsync(string method, string path, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", key);
        }

        using var answer = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Content.Headers.ContentType?.MediaType);
    }
}
