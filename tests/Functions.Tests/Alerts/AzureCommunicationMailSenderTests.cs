using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>Against a played service that holds the contract: over TLS, with a token, and one operation for each operation id.</summary>
public sealed class AzureCommunicationMailSenderTests : IAsyncLifetime
{
    private static readonly OutgoingMail Mail = new()
    {
        MessageId = "<0123@example.com>",
        ThreadId = "<thread@example.com>",
        Recipients = ["one@example.com", "two@example.com"],
        Subject = "[Spende 2 d, limit 1 d] Größe: call today",
        Text = "Ada 👩‍💻",
        Html = "<p>Ada 👩‍💻</p>",
    };

    private readonly ConcurrentQueue<(string? Token, string? OperationId, string Version, JsonElement Body)> _posts = new();
    private readonly ConcurrentDictionary<string, int> _looks = new();
    private readonly SocketsHttpHandler _handler = new();
    private WebApplication _service = null!;
    private HttpClientTransport _transport = null!;
    private Func<HttpContext, Task<bool>> _refuse = _ => Task.FromResult(false);
    private Func<int, object> _result = _ => new { id = "x", status = "Succeeded" };

    public async ValueTask InitializeAsync()
    {
        var certificate = Certificates.SelfSigned();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        _service = builder.Build();
        _service.MapPost("/emails:send", SendAsync);
        _service.MapGet("/emails/operations/{id}", (string id, HttpContext context) =>
        {
            context.Response.Headers.RetryAfter = "0";
            return Results.Json(_result(_looks.AddOrUpdate(id, 1, (_, count) => count + 1)));
        });
        await _service.StartAsync();

        // The one certificate that the test made is trusted, and no other.
        _handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();
        _transport = new(new HttpClient(_handler));
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        _handler.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_mail_goes_as_the_service_wants_it()
    {
        await SendMailAsync();

        var (token, operationId, version, body) = Assert.Single(_posts);
        Assert.Equal(("Bearer a-token-for https://communication.azure.com/.default", "2023-03-31"), (token, version));
        Assert.True(Guid.TryParse(operationId, out _));
        Assert.Equal("hub@example.com", body.GetProperty("senderAddress").GetString());
        Assert.Equal(["one@example.com", "two@example.com"], body.GetProperty("recipients").GetProperty("to").EnumerateArray().Select(to => to.GetProperty("address").GetString()!));
        Assert.Equal((Mail.Subject, Mail.Text, Mail.Html), (Content(body, "subject"), Content(body, "plainText"), Content(body, "html")));
        var headers = body.GetProperty("headers");
        Assert.Equal((Mail.MessageId, Mail.ThreadId, Mail.ThreadId), (headers.GetProperty("Message-ID").GetString(), headers.GetProperty("In-Reply-To").GetString(), headers.GetProperty("References").GetString()));
    }

    [Fact]
    public async Task A_repeat_is_the_same_operation_and_so_one_mail()
    {
        await SendMailAsync();
        await SendMailAsync();

        Assert.Single(_posts.Select(post => post.OperationId).Distinct());
        Assert.NotEqual(AzureCommunicationMailSender.OperationIdOf(Mail.MessageId), AzureCommunicationMailSender.OperationIdOf("<0124@example.com>"));
    }

    [Fact]
    public async Task A_refusal_that_shows_only_later_is_one_and_names_no_address()
    {
        _result = look => look < 3 ? new { id = "x", status = "Running" } : (object)new { id = "x", status = "Failed", error = new { code = "EmailDroppedAllRecipientsSuppressed", message = "one@example.com" } };

        var refused = await Assert.ThrowsAsync<MailRefusedException>(SendMailAsync);

        Assert.Contains("EmailDroppedAllRecipientsSuppressed", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("one@", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(_looks).Value);
    }

    [Fact]
    public async Task A_mail_that_stays_on_its_way_counts_as_taken_after_a_few_looks()
    {
        _result = _ => new { id = "x", status = "Running" };

        await SendMailAsync();

        Assert.Equal(5, Assert.Single(_looks).Value);
    }

    [Fact]
    public async Task A_busy_service_says_how_long_to_wait()
    {
        Refuse(429, "TooManyRequests", ("Retry-After", "77"));

        Assert.Equal(TimeSpan.FromSeconds(77), (await Assert.ThrowsAsync<MailUnavailableException>(SendMailAsync)).RetryAfter);
        Assert.Empty(_posts);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(408, false)]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task Only_a_mail_that_is_wrong_itself_is_refused_for_good(int status, bool forGood)
    {
        Refuse(status, "SomeCode");

        var failure = await Assert.ThrowsAnyAsync<Exception>(SendMailAsync);

        Assert.IsType(forGood ? typeof(MailRefusedException) : typeof(MailUnavailableException), failure);
        Assert.Contains($"{status} (SomeCode)", failure.Message, StringComparison.Ordinal);
        Assert.False(failure is MailUnavailableException { MayHaveTaken: true });
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_tried_later_with_the_same_mail()
    {
        var endpoint = Endpoint;
        await _service.StopAsync(TestContext.Current.CancellationToken);

        Assert.True((await Assert.ThrowsAsync<MailUnavailableException>(() => Sender(endpoint).SendAsync(Mail, TestContext.Current.CancellationToken))).MayHaveTaken);
    }

    private Uri Endpoint => new(_service.Urls.Single());

    private static string? Content(JsonElement body, string name) => body.GetProperty("content").GetProperty(name).GetString();

    private Task SendMailAsync() => Sender(Endpoint).SendAsync(Mail, TestContext.Current.CancellationToken);

    private AzureCommunicationMailSender Sender(Uri endpoint) =>
        new(new MailOptions { From = "hub@example.com", AzureCommunication = new() { Endpoint = endpoint } }, new FakeIdentity(), _transport, TimeProvider.System);

    private void Refuse(int status, string code, params (string Name, string Value)[] headers) => _refuse = async context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsJsonAsync(new { error = new { code, message = "one@example.com is wrong" } });
        return true;
    };

    private async Task SendAsync(HttpContext context)
    {
        if (await _refuse(context))
        {
            return;
        }

        var operationId = context.Request.Headers["Operation-Id"].ToString();
        var known = _posts.Any(post => post.OperationId == operationId);
        _posts.Enqueue((context.Request.Headers.Authorization, operationId, context.Request.Query["api-version"].ToString(), await context.Request.ReadFromJsonAsync<JsonElement>()));
        context.Response.StatusCode = known ? StatusCodes.Status409Conflict : StatusCodes.Status202Accepted;
        context.Response.Headers["Operation-Location"] = $"{Endpoint}emails/operations/{operationId}?api-version=2023-03-31";
        context.Response.Headers.RetryAfter = "0";
        await context.Response.WriteAsJsonAsync(new { id = operationId, status = "Running" });
    }

    private sealed class FakeIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new($"a-token-for {string.Join(',', requestContext.Scopes)}", DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
