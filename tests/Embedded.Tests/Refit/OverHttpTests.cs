using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>The same over a real connection.</summary>
public sealed class OverHttpTests : IAsyncLifetime
{
    private WebApplication? _server;

    private string Address => _server!.Urls.Single();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();

        _server.MapGet("/crm/contacts/{id}", (string id) => Results.Text(id));
        _server.MapPost("/crm/contacts", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            var body = await reader.ReadToEndAsync();
            return Results.Text($"{(request.Headers.ContentLength is { } length ? $"{length}" : "chunked")} {request.ContentType} {body}");
        });
        _server.MapGet("/crm/r", () => Results.Content("""{"id":"1","firstName":"Ada"}""", "application/json", Encoding.UTF8));
        _server.MapGet("/crm/slow", async (CancellationToken gone) => await Task.Delay(Timeout.Infinite, gone));
        await _server.StartAsync(Token);
    }

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    [Fact]
    public async Task An_escaped_id_arrives_as_it_was() =>
        Assert.Equal("a b/ü+%", Uri.UnescapeDataString(await RestService.For<IWireApi>(Address + "/crm").ByIdAsync("a b/ü+%")));

    [Fact]
    public async Task A_body_arrives_in_chunks_or_with_its_length()
    {
        var api = RestService.For<IWireApi>(Address + "/crm/");

        Assert.StartsWith("chunked application/json", await api.CreateAsync(new("1", "Ada")), StringComparison.Ordinal);
        Assert.Equal("""56 application/json; charset=utf-8 {"id":"1","firstName":"Ada","score":0,"favourite":"red"}""", await api.CreateBufferedAsync(new("1", "Ada")));
    }

    [Fact]
    public async Task Answers_are_read_from_the_connection()
    {
        using var client = new HttpClient { BaseAddress = new(Address + "/crm") };
        var api = RestService.For<IResultApi>(client);

        Assert.Equal("Ada", (await api.ObjectAsync(Token)).FirstName);
        using var reader = new StreamReader(await api.StreamAsync());
        Assert.Contains("Ada", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);

        var missing = await Assert.ThrowsAsync<ApiException>(() => RestService.For<IWireApi>(client).MissingAsync());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var failure = await Assert.ThrowsAsync<ApiRequestException>(() => RestService.For<IWireApi>($"http://127.0.0.1:{port}").ByIdAsync("1"));

        Assert.IsType<HttpRequestException>(failure.InnerException);
    }

    [Fact]
    public async Task A_client_that_waits_too_long_gets_no_answer_and_one_that_stops_is_cancelled()
    {
        using var impatient = new HttpClient { BaseAddress = new(Address + "/crm"), Timeout = TimeSpan.FromMilliseconds(50) };
        Assert.IsType<TaskCanceledException>((await Assert.ThrowsAsync<ApiRequestException>(() => RestService.For<IWireApi>(impatient).SlowAsync(Token))).InnerException);

        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RestService.For<IWireApi>(Address + "/crm").SlowAsync(stop.Token));
    }
}

public interface IWireApi
{
    [Get("/contacts/{id}")]
    Task<string> ByIdAsync(string id);

    [Post("/contacts")]
    Task<string> CreateAsync([Body] Contact contact);

    [Post("/contacts")]
    Task<string> CreateBufferedAsync([Body(buffered: true)] Contact contact);

    [Get("/missing")]
    Task<string> MissingAsync();

    [Get("/slow")]
    Task SlowAsync(CancellationToken cancellationToken);
}
