using System.Globalization;
using System.Net;
using IntegrationHub.Connectors.Http;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>How a connector's calls are repeated, limited and given up.</summary>
public sealed class ResilienceHandlerTests
{
    private static readonly Uri Address = new("https://api.example.com/contacts");

    private readonly WatchedTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, 1)]
    [InlineData(304, 1)]
    [InlineData(400, 1)]
    [InlineData(401, 1)]
    [InlineData(407, 1)]
    [InlineData(408, 3)]
    [InlineData(409, 1)]
    [InlineData(428, 1)]
    [InlineData(429, 3)]
    [InlineData(430, 1)]
    [InlineData(499, 1)]
    [InlineData(500, 3)]
    [InlineData(501, 1)]
    [InlineData(502, 3)]
    [InlineData(503, 3)]
    [InlineData(599, 3)]
    public async Task Only_what_may_pass_is_tried_three_times(int status, int tries)
    {
        var vendor = new Vendor(_clock, Vendor.Says((HttpStatusCode)status));

        using var answer = await RunAsync(vendor, HttpMethod.Get);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(tries, vendor.Calls.Length);
    }

    [Theory]
    [InlineData("GET", null, 3)]
    [InlineData("HEAD", null, 3)]
    [InlineData("OPTIONS", null, 3)]
    [InlineData("PUT", null, 3)]
    [InlineData("DELETE", null, 3)]
    [InlineData("POST", null, 1)]
    [InlineData("PATCH", null, 1)]
    [InlineData("POST", true, 3)]
    [InlineData("PATCH", true, 3)]
    [InlineData("POST", false, 1)]
    [InlineData("PUT", false, 1)]
    public async Task Only_what_may_be_sent_twice_is_sent_again(string method, bool? marked, int tries)
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.ServiceUnavailable));

        using var answer = await RunAsync(vendor, new HttpMethod(method), marked);

        Assert.Equal(tries, vendor.Calls.Length);
    }

    [Fact]
    public async Task A_lost_connection_is_tried_again()
    {
        var vendor = new Vendor(_clock, Vendor.Throws(new HttpRequestException("reset")), Vendor.Says(HttpStatusCode.OK));

        using var answer = await RunAsync(vendor, HttpMethod.Get);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, vendor.Calls.Length);
    }

    [Fact]
    public async Task The_answers_of_failed_tries_are_disposed_and_the_last_is_not()
    {
        var bodies = new List<KeptContent>();
        var vendor = new Vendor(_clock, _ =>
        {
            bodies.Add(new("body"u8.ToArray()));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = bodies[^1] });
        });

        using var answer = await RunAsync(vendor, HttpMethod.Get);

        Assert.Equal([true, true, false], bodies.Select(body => body.IsDisposed));
        Assert.Equal("body", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_bug_is_not_tried_again()
    {
        var vendor = new Vendor(_clock, Vendor.Throws(new FormatException("bug")));

        await Assert.ThrowsAsync<FormatException>(() => RunAsync(vendor, HttpMethod.Get));

        Assert.Single(vendor.Calls);
    }

    [Fact]
    public async Task The_body_is_sent_again_whole()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.BadGateway), Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);
        using var request = new HttpRequestMessage(HttpMethod.Put, Address) { Content = new StreamContent(new OnceStream("body"u8.ToArray())) };

        using var answer = await SettleAsync(client.SendAsync(request, Token));

        Assert.Equal(["body", "body"], vendor.Calls.Select(call => call.Body));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task Retry_After_in_seconds_is_honoured_exactly(int seconds)
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.TooManyRequests, also: answer => answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds))), Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);

        using var answer = await SettleAsync(client.GetAsync(Address, Token));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(seconds)], vendor.Calls.Select(call => call.At));
    }

    [Theory]
    [InlineData(-30, 0)]
    [InlineData(0, 0)]
    [InlineData(4, 4)]
    public async Task Retry_After_as_a_date_is_honoured_exactly(int offset, int waited)
    {
        var vendor = new Vendor(
            _clock,
            Vendor.Says(HttpStatusCode.ServiceUnavailable, also: answer => answer.Headers.TryAddWithoutValidation(
                "Retry-After", (_clock.Start + TimeSpan.FromSeconds(offset)).ToString("R", CultureInfo.InvariantCulture))),
            Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);

        using var answer = await SettleAsync(client.GetAsync(Address, Token));

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(waited)], vendor.Calls.Select(call => call.At));
    }

    [Fact]
    public async Task Not_a_moment_before_Retry_After_is_over()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.TooManyRequests, also: answer => answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(3))), Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);

        var call = client.GetAsync(Address, Token);
        await _clock.UntilWaitingAsync(TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        await _clock.UntilWaitingAsync(TimeSpan.FromTicks(1));
        Assert.Single(vendor.Calls);

        _clock.Advance(TimeSpan.FromTicks(1));
        using var answer = await call;
        Assert.Equal(2, vendor.Calls.Length);
    }

    [Theory]
    [InlineData(9, 2)]
    [InlineData(10, 1)]
    [InlineData(11, 1)]
    [InlineData(3600, 1)]
    public async Task A_Retry_After_that_does_not_fit_the_total_is_answered_at_once(int seconds, int tries)
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.TooManyRequests, also: answer => answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds))));
        using var client = Client(vendor, new ResilienceOptions { MaxAttempts = 2 });

        using var answer = await SettleAsync(client.GetAsync(Address, Token));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(seconds, answer.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(tries, vendor.Calls.Length);
        Assert.Equal(tries == 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(9), _clock.GetUtcNow() - _clock.Start);
    }

    [Fact]
    public async Task What_is_left_of_the_total_counts_and_not_the_total()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.TooManyRequests, also: answer => answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(6))));
        using var client = Client(vendor);

        using var answer = await SettleAsync(client.GetAsync(Address, Token));

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(6)], vendor.Calls.Select(call => call.At));
        Assert.Equal(TimeSpan.FromSeconds(6), _clock.GetUtcNow() - _clock.Start);
    }

    [Fact]
    public async Task Pauses_grow_within_bounds_and_differ()
    {
        var options = new ResilienceOptions { MaxAttempts = 5, RetryDelay = TimeSpan.FromMilliseconds(200), MaxRetryDelay = TimeSpan.FromSeconds(1), CircuitMinimumTries = 10_000 };
        var pauses = new List<TimeSpan[]>();
        for (var run = 0; run < 100; run++)
        {
            var clock = new WatchedTimeProvider();
            var vendor = new Vendor(clock, Vendor.Says(HttpStatusCode.BadGateway));
            using var client = Client(vendor, options, clock);
            using var answer = await SettleAsync(client.GetAsync(Address, Token), clock);
            pauses.Add([.. vendor.Calls.Zip(vendor.Calls.Skip(1), (one, next) => next.At - one.At)]);
        }

        Assert.All(pauses.SelectMany(run => run), pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Assert.True(pauses.Average(run => run[0].TotalMilliseconds) is > 100 and < 400);
        Assert.True(pauses.Average(run => run[0].TotalMilliseconds) < pauses.Average(run => run[3].TotalMilliseconds));
        Assert.True(pauses.Select(run => run[0]).Distinct().Count() > 20);
    }

    [Fact]
    public async Task A_try_that_takes_too_long_is_given_up_and_tried_again()
    {
        var vendor = new Vendor(_clock, Vendor.NeverAsync, Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);

        var call = client.GetAsync(Address, Token);
        await _clock.UntilWaitingAsync(TimeSpan.FromSeconds(4));
        await vendor.UntilCalledAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(4));
        using var answer = await SettleAsync(call);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, vendor.Calls.Length);
    }

    [Fact]
    public async Task A_body_that_does_not_end_counts_as_a_try_that_takes_too_long()
    {
        var vendor = new Vendor(
            _clock, _ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) }), Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);

        var call = client.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Token);
        await vendor.UntilCalledAsync(1);
        await _clock.UntilWaitingAsync(TimeSpan.FromSeconds(4));
        _clock.Advance(TimeSpan.FromSeconds(4));
        using var answer = await SettleAsync(call);

        Assert.Equal(2, vendor.Calls.Length);
    }

    [Fact]
    public async Task The_total_ends_a_call_whatever_tries_are_left()
    {
        var vendor = new Vendor(_clock, Vendor.NeverAsync);
        using var client = Client(vendor, new ResilienceOptions { MaxAttempts = 10, AttemptTimeout = TimeSpan.FromSeconds(4) });

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => SettleAsync(client.GetAsync(Address, Token)));

        Assert.Equal(TimeSpan.FromSeconds(10), _clock.GetUtcNow() - _clock.Start);
        Assert.InRange(vendor.Calls.Length, 2, 3);
    }

    [Fact]
    public async Task A_caller_that_stops_is_cancelled_and_nothing_is_tried_again()
    {
        using var stop = new CancellationTokenSource();
        var vendor = new Vendor(_clock, Vendor.NeverAsync);
        using var client = Client(vendor);

        var call = client.GetAsync(Address, stop.Token);
        await vendor.UntilCalledAsync(1);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(vendor.Calls);
    }

    [Fact]
    public async Task The_circuit_opens_at_its_share_lets_one_through_after_the_break_and_closes()
    {
        var options = new ResilienceOptions { MaxAttempts = 1, CircuitMinimumTries = 4 };
        var down = true;
        var vendor = new Vendor(_clock, token => (down ? Vendor.Says(HttpStatusCode.InternalServerError) : Vendor.Says(HttpStatusCode.OK))(token));
        using var client = Client(vendor, options);

        for (var call = 0; call < 4; call++)
        {
            Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(Address, Token)).StatusCode);
        }

        var open = await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync(Address, Token));
        Assert.Equal(4, vendor.Calls.Length);
        Assert.Equal(TimeSpan.FromSeconds(15), open.RetryAfter);

        _clock.Advance(TimeSpan.FromSeconds(15) - TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync(Address, Token));
        Assert.Equal(4, vendor.Calls.Length);

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(Address, Token)).StatusCode);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync(Address, Token));
        Assert.Equal(5, vendor.Calls.Length);

        down = false;
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Address, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Address, Token)).StatusCode);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task The_circuit_opens_from_exactly_half_failed(int failures, bool opens)
    {
        var tried = 0;
        var vendor = new Vendor(_clock, token => Vendor.Says(++tried > 4 - failures ? HttpStatusCode.InternalServerError : HttpStatusCode.OK)(token));
        using var client = Client(vendor, new ResilienceOptions { MaxAttempts = 1, CircuitMinimumTries = 4 });

        for (var call = 0; call < 4; call++)
        {
            (await client.GetAsync(Address, Token)).Dispose();
        }

        Assert.Equal(opens, await Record.ExceptionAsync(() => client.GetAsync(Address, Token)) is BrokenCircuitException);
    }

    [Fact]
    public async Task Refusals_do_not_open_the_circuit()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.NotFound));
        using var client = Client(vendor, new ResilienceOptions { CircuitMinimumTries = 2 });

        for (var call = 0; call < 20; call++)
        {
            (await client.GetAsync(Address, Token)).Dispose();
        }

        Assert.Equal(20, vendor.Calls.Length);
    }

    [Fact]
    public async Task No_more_calls_run_at_once_than_the_limit()
    {
        var gate = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (running, most) = (0, 0);
        var vendor = new Vendor(_clock, async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.Task;
            Interlocked.Decrement(ref running);
            return new();
        });
        using var client = Client(vendor, new ResilienceOptions { MaxConcurrency = 3 });

        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 12).Select(_ => client.GetAsync(Address, Token))];
        await vendor.UntilCalledAsync(3);
        Assert.Equal(3, vendor.Calls.Length);
        gate.SetResult(new());
        await Task.WhenAll(calls);

        Assert.Equal(12, vendor.Calls.Length);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Waiting_for_a_turn_counts_against_the_total()
    {
        var vendor = new Vendor(_clock, Vendor.NeverAsync);
        using var client = Client(vendor, new ResilienceOptions { MaxConcurrency = 1, MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(60) });

        var first = client.GetAsync(Address, Token);
        await vendor.UntilCalledAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = client.GetAsync(Address, Token);
        await _clock.UntilWaitingAsync(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => first);
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => second);
    }

    private static async Task<HttpResponseMessage> SettleAsync(Task<HttpResponseMessage> call, WatchedTimeProvider clock)
    {
        // Nothing here changes threads: what a call does next it has done when the clock comes back, or else it waits for the clock.
        while (!call.IsCompleted)
        {
            clock.Advance(clock.Waiting[0]);
        }

        return await call;
    }

    private Task<HttpResponseMessage> SettleAsync(Task<HttpResponseMessage> call) => SettleAsync(call, _clock);

    private async Task<HttpResponseMessage> RunAsync(Vendor vendor, HttpMethod method, bool? marked = null)
    {
        using var client = Client(vendor);
        using var request = new HttpRequestMessage(method, Address);
        if (marked is { } idempotent)
        {
            request.Options.Set(new HttpRequestOptionsKey<bool>(ResilienceHandler.Idempotent), idempotent);
        }

        return await SettleAsync(client.SendAsync(request, Token));
    }

    private HttpClient Client(Vendor vendor, ResilienceOptions? options = null, WatchedTimeProvider? clock = null) =>
        new(new ResilienceHandler(HttpResilience.Build(options ?? new(), clock ?? _clock), clock ?? _clock) { InnerHandler = vendor }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A body that knows when it is let go.</summary>
    private sealed class KeptContent(byte[] bytes) : ByteArrayContent(bytes)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>A body that can be read once.</summary>
    private sealed class OnceStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>A body that never ends and never comes.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => Vendor.NeverAsync(cancellationToken);
    }
}
