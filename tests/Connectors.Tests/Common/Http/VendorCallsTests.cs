using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Refit;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>Every way a call fails. Messages are the hub's own and hold nothing of the request.</summary>
public sealed class VendorCallsTests
{
    private const string Address = "ada@example.com";

    private readonly WatchedTimeProvider _clock = new();
    private readonly VendorCalls _calls;

    public VendorCallsTests() => _calls = new("hubspot-eu", _clock);

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task What_may_pass_is_unavailable(int status)
    {
        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(Vendor.Says(
            (HttpStatusCode)status, Address, answer => answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(30)))));

        Assert.Equal((HttpStatusCode)status, failure.Status);
        Assert.Equal(TimeSpan.FromSeconds(30), failure.RetryAfter);
        Assert.Equal("hubspot-eu", failure.Connector);
        Assert.Equal("GET /contacts/{email}", failure.Call);
        AssertTellsNothing(failure);
    }

    [Fact]
    public async Task A_date_to_come_back_is_measured_on_our_clock()
    {
        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(Vendor.Says(
            HttpStatusCode.ServiceUnavailable, also: answer => answer.Headers.RetryAfter = new(_clock.Start.AddMinutes(2)))));

        Assert.Equal(TimeSpan.FromMinutes(2), failure.RetryAfter);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(501)]
    public async Task What_will_not_pass_is_refused(int status)
    {
        var failure = await Assert.ThrowsAsync<VendorRefusedException>(() => FindAsync(Vendor.Says(
            (HttpStatusCode)status, $$"""{"status":"error","message":"{{Address}} is no good","category":"VALIDATION_ERROR"}""")));

        Assert.Equal((HttpStatusCode)status, failure.Status);
        Assert.Equal("VALIDATION_ERROR", failure.ErrorCode);
        Assert.Equal("GET /contacts/{email}", failure.Call);
        AssertTellsNothing(failure);
    }

    [Theory]
    [InlineData("""[{"message":"ada@example.com","errorCode":"DUPLICATES_DETECTED"}]""", "DUPLICATES_DETECTED")]
    [InlineData("""{"error":{"code":"0x80040217","message":"ada@example.com"}}""", "0x80040217")]
    [InlineData("""{"error":"invalid_grant","error_description":"ada@example.com"}""", "invalid_grant")]
    [InlineData("""{"title":"Member Exists","status":400,"detail":"ada@example.com"}""", "Member Exists")]
    [InlineData("""{"errors":[{"code":"duplicate","detail":"ada@example.com"}]}""", "duplicate")]
    [InlineData("""{"error":"ada@example.com is not known"}""", null)]
    [InlineData("""{"code":17}""", null)]
    [InlineData("[]", null)]
    [InlineData("<html>ada@example.com</html>", null)]
    [InlineData("", null)]
    public async Task The_vendors_code_is_kept_and_never_its_message(string body, string? code)
    {
        var failure = await Assert.ThrowsAsync<VendorRefusedException>(() => FindAsync(Vendor.Says(HttpStatusCode.BadRequest, body)));

        Assert.Equal(code, failure.ErrorCode);
        AssertTellsNothing(failure);
    }

    [Fact]
    public async Task Credentials_that_are_not_taken_need_someone()
    {
        var failure = await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => FindAsync(Vendor.Says(
            HttpStatusCode.Unauthorized, """[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]""")));

        Assert.Equal("INVALID_SESSION_ID", failure.ErrorCode);
        Assert.Equal("hubspot-eu", failure.Connector);
    }

    [Fact]
    public async Task A_success_that_cannot_be_read_is_unavailable()
    {
        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(Vendor.Says(HttpStatusCode.OK, $"<html>{Address}</html>")));

        Assert.Equal(HttpStatusCode.OK, failure.Status);
        AssertTellsNothing(failure);
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "null")]
    [InlineData(204, "")]
    public async Task A_success_that_says_nothing_is_unavailable(int status, string body)
    {
        var answer = Vendor.Says((HttpStatusCode)status, body);

        await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(answer));
        await Assert.ThrowsAsync<VendorUnavailableException>(() => _calls.RunAsync(() => Api(answer).ReadAsync(Address)));
    }

    [Fact]
    public async Task A_write_may_be_answered_with_nothing() =>
        Assert.Equal("", await _calls.RunAsync(() => Api(Vendor.Says(HttpStatusCode.NoContent)).WriteAsync(Address, new("7"))));

    [Fact]
    public void Every_call_of_the_connectors_answers_something()
    {
        var calls = typeof(VendorCalls).Assembly.GetTypes().Where(type => type.IsInterface).SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<HttpMethodAttribute>(true) is not null).ToList();

        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.Equal(typeof(Task<>), call.ReturnType.IsGenericType ? call.ReturnType.GetGenericTypeDefinition() : call.ReturnType));
    }

    [Fact]
    public async Task A_write_that_is_not_answered_is_named()
    {
        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() =>
            _calls.RunAsync(() => Api(Vendor.Throws(new HttpRequestException("reset"))).WriteAsync(Address, new("7"))));

        Assert.Equal("PATCH /contacts/{email}", failure.Call);
    }

    [Fact]
    public async Task No_answer_is_unavailable()
    {
        Exception[] causes = [new HttpRequestException("reset"), new TimeoutRejectedException(), new TaskCanceledException("limit"), new IOException("broken off")];
        foreach (var cause in causes)
        {
            var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(Vendor.Throws(cause)));

            Assert.Null(failure.Status);
            Assert.Null(failure.RetryAfter);
            Assert.Same(cause, failure.InnerException);
            AssertTellsNothing(failure);
        }
    }

    [Fact]
    public async Task An_open_circuit_says_when_to_come_back()
    {
        var failure = await Assert.ThrowsAsync<VendorUnavailableException>(() => FindAsync(Vendor.Throws(new BrokenCircuitException("open", TimeSpan.FromSeconds(9)))));

        Assert.Equal((TimeSpan.FromSeconds(9), true), (failure.RetryAfter, failure.CircuitIsOpen));
    }

    [Fact]
    public async Task What_our_own_handlers_say_stays_as_it_is_and_so_does_a_bug()
    {
        Exception[] causes = [new ConnectorNeedsAuthorizationException("hubspot-eu", null), new VendorUnavailableException("hubspot-eu", "POST /token", null, null), new FormatException("bug")];
        foreach (var cause in causes)
        {
            Assert.Same(cause, await Record.ExceptionAsync(() => FindAsync(Vendor.Throws(cause))));
        }

        var bug = new FormatException("bug");
        Assert.Same(bug, await Record.ExceptionAsync(() => _calls.RunAsync(() => Task.FromException<Found>(bug))));
        await Assert.ThrowsAsync<VendorUnavailableException>(() => _calls.RunAsync(() => Task.FromException<Found>(new HttpRequestException("bare"))));
    }

    [Fact]
    public async Task A_caller_that_stops_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _calls.RunAsync(() => Api(Vendor.NeverAsync).FindAsync(Address, "s3cret", stop.Token)));
    }

    [Fact]
    public async Task A_response_is_told_in_the_same_words()
    {
        using var response = await Api(Vendor.Says(HttpStatusCode.NotFound)).LookAsync(Address, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, Assert.IsType<VendorRefusedException>(_calls.Translate(response.Error!)).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_an_answer_and_nothing_is_thrown()
    {
        var mine = new AsyncLocal<bool> { Value = true };
        var thrown = new ConcurrentQueue<Exception>();
        void Note(object? sender, FirstChanceExceptionEventArgs first)
        {
            if (mine.Value)
            {
                thrown.Enqueue(first.Exception);
            }
        }

        AppDomain.CurrentDomain.FirstChanceException += Note;
        try
        {
            Assert.Null(await LookAsync(Vendor.Says(HttpStatusCode.NotFound)));
            Assert.Empty(thrown);
            await Assert.ThrowsAsync<VendorRefusedException>(() => LookAsync(Vendor.Says(HttpStatusCode.Gone)));
            Assert.NotEmpty(thrown);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Note;
        }
    }

    [Fact]
    public async Task What_may_not_be_there_fails_in_the_same_ways()
    {
        Assert.Equal("7", (await LookAsync(Vendor.Says(HttpStatusCode.OK, """{"id":"7"}""")))?.Id);
        await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => LookAsync(Vendor.Says(HttpStatusCode.Unauthorized)));
        await Assert.ThrowsAsync<VendorUnavailableException>(() => LookAsync(Vendor.Says(HttpStatusCode.OK, "<html>")));
        await Assert.ThrowsAsync<VendorUnavailableException>(() => LookAsync(Vendor.Says(HttpStatusCode.NoContent)));
        AssertTellsNothing(await Assert.ThrowsAsync<VendorUnavailableException>(() => LookAsync(Vendor.Says(HttpStatusCode.ServiceUnavailable))));
        AssertTellsNothing(await Assert.ThrowsAsync<VendorUnavailableException>(() => LookAsync(Vendor.Throws(new HttpRequestException("away")))));

        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _calls.FindAsync(() => Api(Vendor.NeverAsync).LookAsync(Address, stop.Token)));
    }

    [Fact]
    public async Task An_answer_is_the_answer() =>
        Assert.Equal("7", (await FindAsync(Vendor.Says(HttpStatusCode.OK, """{"id":"7"}""")))?.Id);

    /// <summary>Neither the address of a person nor the credentials may be anywhere in what is logged of an exception.</summary>
    private static void AssertTellsNothing(Exception failure)
    {
        Assert.DoesNotContain(Address, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
        for (var cause = failure.InnerException; cause is not null; cause = cause.InnerException)
        {
            Assert.IsNotAssignableFrom<ApiExceptionBase>(cause);
        }
    }

    private Task<Found?> FindAsync(Func<CancellationToken, Task<HttpResponseMessage>> answer) =>
        _calls.RunAsync(() => Api(answer).FindAsync(Address, "s3cret", TestContext.Current.CancellationToken));

    private Task<Found?> LookAsync(Func<CancellationToken, Task<HttpResponseMessage>> answer) =>
        _calls.FindAsync(() => Api(answer).LookAsync(Address, TestContext.Current.CancellationToken));

    private IFindApi Api(Func<CancellationToken, Task<HttpResponseMessage>> answer) =>
        RestService.ForGenerated<IFindApi>(new HttpClient(new Vendor(_clock, answer)) { BaseAddress = new("https://api.example.com") });
}

internal interface IFindApi
{
    [Get("/contacts/{email}")]
    Task<Found?> FindAsync(string email, [Authorize] string token, CancellationToken cancellationToken);

    [Get("/contacts/{email}")]
    Task<JsonElement> ReadAsync(string email);

    [Patch("/contacts/{email}")]
    Task<string> WriteAsync(string email, [Body] Found body);

    [Get("/contacts/{email}")]
    Task<IApiResponse<Found>> LookAsync(string email, CancellationToken cancellationToken);
}

internal sealed record Found(string Id);
