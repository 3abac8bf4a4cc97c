using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IntegrationHub.Tests.Support;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>HTTP functions behind the host.</summary>
public sealed class HttpTests(HttpTests.OneHost one) : IClassFixture<HttpTests.OneHost>
{
    private readonly ProbeHost _host = one.Host;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "api/leads/a%20b/3", 200, """{"method":"GET","id":"a b","page":3,"function":"ReadLead"}""")]
    [InlineData("GET", "api/leads/x", 200, """{"method":"GET","id":"x","page":null,"function":"ReadLead"}""")]
    [InlineData("GET", "api/leads/x?id=y&page=7", 200, """{"method":"GET","id":"x","page":7,"function":"ReadLead"}""")]
    [InlineData("DELETE", "api/leads/x", 202, """{"erased":"x","by":"DELETE"}""")]
    [InlineData("POST", "api/leads/x", 202, """{"erased":"x","by":"POST"}""")]
    [InlineData("GET", "api/Plain", 200, "GET")]
    [InlineData("PATCH", "API/plain", 200, "PATCH")]
    [InlineData("GET", "api/typed/7b0e6b1c-52a4-4d33-9a55-1d2f0a7f5e11/2026-02-28T00:00:00Z/true", 200, "7b0e6b1c52a44d339a551d2f0a7f5e11 2026-02-28 True")]
    public async Task A_request_reaches_the_function_of_its_route_and_method(string method, string path, int status, string body)
    {
        var (answered, said, _) = await _host.SendAsync(method, path);

        Assert.Equal((status, body), (answered, said));
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
    [InlineData("GET", "api/TimerProbe")]
    public async Task An_unknown_route_or_method_is_not_found(string method, string path)
    {
        var (status, _, type) = await _host.SendAsync(method, path);

        Assert.Equal((404, "application/problem+json"), (status, type));
    }

    [Fact]
    public async Task Host_query_and_headers_are_passed_on_and_those_of_the_answer_come_back()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/written?a=%20b") { Headers = { { "x-given", "1" }, { "Host", "hub.example.com" } } };

        using var answer = await _host.Http.SendAsync(request, Stop);

        Assert.Equal("written hub.example.com ?a=%20b", await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(["1"], answer.Headers.GetValues("x-given"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("", null, 401)]
    [InlineData(null, "", 401)]
    [InlineData("open-sesam", null, 401)]
    [InlineData("open-sesame", null, 200)]
    [InlineData("open-sesame!", null, 401)]
    [InlineData("Open-Sesame", null, 401)]
    [InlineData("open-everything", null, 200)]
    [InlineData("its-own-key", null, 401)]
    [InlineData(null, "open-sesame", 200)]
    [InlineData(null, "wrong", 401)]
    [InlineData("open-sesame", "wrong", 200)]
    [InlineData("wrong", "open-sesame", 401)]
    public async Task A_key_is_taken_from_the_header_before_the_query(string? header, string? code, int status)
    {
        var (answered, _, type) = await _host.SendAsync("GET", $"api/lockedByDefault{(code is null ? "" : $"?code={code}")}", header);

        Assert.Equal((status, status == 401 ? "application/problem+json" : "text/plain"), (answered, type));
    }

    [Theory]
    [InlineData("Locked", ProbeHost.Key, 200)]
    [InlineData("Locked", ProbeHost.MasterKey, 200)]
    [InlineData("Locked", "its-own-key", 200)]
    [InlineData("Locked", "its-other-key", 200)]
    [InlineData("Locked", "other-key", 401)]
    [InlineData("Master", ProbeHost.Key, 401)]
    [InlineData("Master", "its-own-key", 401)]
    [InlineData("Master", ProbeHost.MasterKey, 200)]
    [InlineData("Plain", null, 200)]
    public async Task A_function_opens_to_its_own_keys_and_the_master_key(string function, string? key, int status) =>
        Assert.Equal(status, (await _host.SendAsync("GET", $"api/{function}", key)).Status);

    [Fact]
    public async Task A_failing_function_is_answered_without_details_and_logged_once()
    {
        var (status, body, type) = await _host.SendAsync("GET", "api/broken");

        Assert.Equal((500, "application/problem+json"), (status, type));
        Assert.DoesNotContain("detail nobody", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => _host.Log.Lines.Any(line => line.Text.Contains("a detail nobody", StringComparison.Ordinal)), "the failure was logged");
        Assert.Equal(LogLevel.Error, Assert.Single(_host.Log.Lines, line => line.Text.Contains("a detail nobody", StringComparison.Ordinal)).Level);
    }

    [Fact]
    public async Task Half_an_answer_is_not_taken_for_a_whole_one()
    {
        // The connection may break before the status line is sent or after it.
        await Assert.ThrowsAsync<HttpRequestException>(() => _host.Http.GetStringAsync(new Uri("api/half", UriKind.Relative), Stop));
    }

    [Fact]
    public async Task A_body_within_the_hosts_limit_reaches_the_function()
    {
        using var body = new ByteArrayContent(new byte[20 * 1024 * 1024]);

        Assert.Equal((200, $"{20 * 1024 * 1024}"), (await _host.SendAsync("POST", "api/sized", body: body)) is var answer ? (answer.Status, answer.Body) : default);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_the_hosts_limit_is_too_large_whether_it_says_so_or_not(bool hasLength)
    {
        var size = (int)OneHost.BodyLimit + 1;
        using HttpContent body = hasLength ? new ByteArrayContent(new byte[size]) : new UnsizedContent(size);

        // A caller that says what is coming need not send it.
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/sized") { Content = body, Headers = { ExpectContinue = hasLength } };
        using var answer = await _host.Http.SendAsync(request, Stop);

        Assert.Equal((413, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_function_may_answer_without_having_read_the_request()
    {
        using var body = new ByteArrayContent(new byte[8 * 1024 * 1024]);

        var (status, said, _) = await _host.SendAsync("POST", "api/early", body: body);

        Assert.Equal((413, "too much"), (status, said));
    }

    [Fact]
    public async Task Headers_above_the_limit_are_refused_by_the_host()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/plain") { Headers = { { "x-large", new string('x', 33 * 1024) } } };

        using var answer = await _host.Http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task A_function_whose_caller_has_gone_is_cancelled()
    {
        var before = await CountAsync();
        using (var timeout = CancellationTokenSource.CreateLinkedTokenSource(Stop))
        {
            var asking = _host.Http.GetAsync(new Uri("api/wait/600000", UriKind.Relative), timeout.Token);
            await Eventually.TrueAsync(async () => (await CountAsync()).Began == before.Began + 1, "the function ran");
            await timeout.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await Eventually.TrueAsync(async () => (await CountAsync()).Cancelled == before.Cancelled + 1, "the function was cancelled");
    }

    [Fact]
    public async Task What_is_not_http_is_refused_and_harms_nobody()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _host.Host.Addresses[0].Port, Stop);
        var stream = client.GetStream();

        await stream.WriteAsync(Encoding.ASCII.GetBytes("GARBAGE\r\n\r\n"), Stop);
        using var reader = new StreamReader(stream);

        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        Assert.Equal("GET", await _host.GetAsync("api/plain"));
    }

    [Fact]
    public async Task Settings_reach_the_worker_as_environment_variables() => Assert.Equal("from the test", await _host.GetAsync("api/settings/Probe:Name"));

    [Fact]
    public async Task Many_requests_at_once_are_answered_each_with_its_own_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => _host.GetAsync($"api/leads/lead{number}")));

        Assert.All(Enumerable.Range(0, 200), number => Assert.Equal($"lead{number}", JsonDocument.Parse(answers[number]).RootElement.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task The_route_prefix_is_the_hosts_setting()
    {
        var app = Directory.CreateTempSubdirectory("probe-app-");
        foreach (var file in Directory.GetFiles(Built.ProbeApp))
        {
            File.Copy(file, Path.Combine(app.FullName, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(app.FullName, "host.json"), """{"version":"2.0","extensions":{"http":{"routePrefix":"v1/hooks"}}}""", Stop);
        await using (var host = await ProbeHost.StartAsync(["Plain"], new ProbeHost.Options { ApplicationDirectory = app.FullName }))
        {
            Assert.Equal("GET", await host.GetAsync("v1/hooks/plain"));
            Assert.Equal(404, (await host.SendAsync("GET", "api/plain")).Status);
            Assert.Equal(404, (await host.SendAsync("GET", "v1/hooks/written")).Status);
        }

        app.Delete(recursive: true);
    }

    private async Task<(int Began, int Cancelled)> CountAsync()
    {
        var words = (await _host.GetAsync("api/waits")).Split(' ');
        return (int.Parse(words[0], null), int.Parse(words[2], null));
    }

    /// <summary>One host for all tests of the class.</summary>
    public sealed class OneHost : IAsyncLifetime
    {
        public const long BodyLimit = 25 * 1024 * 1024;

        internal ProbeHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await ProbeHost.StartAsync(
            ProbeHost.HttpFunctions,
            ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", $"{BodyLimit}"),
            ("Probe:Name", "from the test"),
            ("Hub:FunctionKeys:Locked", "its-own-key"),
            ("Hub:FunctionKeys:Locked:robot", "its-other-key"),
            ("Hub:FunctionKeys:Written", "other-key"));

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    /// <summary>A body that does not say how long it is.</summary>
    private sealed class UnsizedContent(int size) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var part = new byte[64 * 1024];
            for (var left = size; left > 0; left -= part.Length)
            {
                await stream.WriteAsync(part.AsMemory(0, Math.Min(left, part.Length)));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
