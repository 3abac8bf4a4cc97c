using System.Net;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>One token for all, renewed in time and once.</summary>
public sealed class AccessTokenTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly WatchedTimeProvider _clock = new();
    private int _fetched;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3600, 3540)]
    [InlineData(600, 540)]
    [InlineData(100, 90)]
    public async Task A_token_is_kept_until_shortly_before_it_expires(int life, int kept)
    {
        var tokens = Cache(() => new("t", TimeSpan.FromSeconds(life)));

        await tokens.GetAsync(Token);
        _clock.Advance(TimeSpan.FromSeconds(kept) - Tick);
        await tokens.GetAsync(Token);
        Assert.Equal(1, _fetched);

        _clock.Advance(Tick);
        await tokens.GetAsync(Token);
        Assert.Equal(2, _fetched);
    }

    [Fact]
    public async Task A_token_without_expiry_is_kept_until_it_is_refused()
    {
        var tokens = Cache(() => new($"t{_fetched}", null));

        Assert.Equal("t1", await tokens.GetAsync(Token));
        _clock.Advance(TimeSpan.FromDays(365));
        Assert.Equal("t1", await tokens.GetAsync(Token));

        tokens.Invalidate("t1");
        Assert.Equal("t2", await tokens.GetAsync(Token));
    }

    [Fact]
    public async Task The_life_of_a_token_counts_from_when_it_was_asked_for()
    {
        var asked = new TaskCompletionSource<AccessToken>();
        var tokens = new AccessTokenCache("crm", _ => Counted(asked.Task), _clock);

        var first = tokens.GetAsync(Token).AsTask();
        await Eventually.TrueAsync(() => _fetched == 1, () => "the fetch");
        _clock.Advance(TimeSpan.FromSeconds(90));
        asked.SetResult(new("t", TimeSpan.FromSeconds(100)));
        await first;
        await tokens.GetAsync(Token);

        Assert.Equal(2, _fetched);
    }

    [Fact]
    public async Task Many_who_need_a_token_at_once_share_one_fetch()
    {
        var asked = new TaskCompletionSource<AccessToken>();
        var tokens = new AccessTokenCache("crm", _ => Counted(asked.Task), _clock);

        Task<string>[] waiting = [.. Enumerable.Range(0, 50).Select(_ => tokens.GetAsync(Token).AsTask())];
        asked.SetResult(new("t", TimeSpan.FromHours(1)));

        Assert.All(await Task.WhenAll(waiting), token => Assert.Equal("t", token));
        Assert.Equal(1, _fetched);
    }

    [Fact]
    public async Task One_who_leaves_does_not_take_the_token_from_the_others()
    {
        var asked = new TaskCompletionSource<AccessToken>();
        var tokens = new AccessTokenCache("crm", _ => Counted(asked.Task), _clock);
        using var leaving = new CancellationTokenSource();

        var first = tokens.GetAsync(leaving.Token).AsTask();
        var second = tokens.GetAsync(Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        asked.SetResult(new("t", null));

        Assert.Equal("t", await second);
        Assert.Equal(1, _fetched);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    public async Task A_token_refused_the_moment_it_was_made_is_not_made_again(int age, int fetched)
    {
        var tokens = Cache(() => new($"t{_fetched}", TimeSpan.FromHours(1)));

        await tokens.GetAsync(Token);
        _clock.Advance(TimeSpan.FromSeconds(age));
        tokens.Invalidate("t1");
        await tokens.GetAsync(Token);

        Assert.Equal(fetched, _fetched);
    }

    [Fact]
    public async Task A_token_that_many_find_refused_is_renewed_once()
    {
        var tokens = Cache(() => new($"t{_fetched}", TimeSpan.FromHours(1)));
        await tokens.GetAsync(Token);
        _clock.Advance(TimeSpan.FromMinutes(1));

        tokens.Invalidate("t1");
        await tokens.GetAsync(Token);
        _clock.Advance(TimeSpan.FromMinutes(1));
        tokens.Invalidate("t1");

        Assert.Equal("t2", await tokens.GetAsync(Token));
    }

    [Theory]
    [InlineData("invalid_grant")]
    [InlineData("invalid_client")]
    [InlineData(null)]
    public async Task A_vendor_that_refuses_the_credentials_is_left_alone_for_a_while(string? code)
    {
        var tokens = Cache(() => throw new VendorRefusedException("crm", "POST /token", HttpStatusCode.BadRequest, code));

        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => tokens.GetAsync(Token).AsTask())).ErrorCode);
        }

        _clock.Advance(AccessTokenCache.CoolDown - Tick);
        await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => tokens.GetAsync(Token).AsTask());
        Assert.Equal(1, _fetched);

        _clock.Advance(Tick);
        await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => tokens.GetAsync(Token).AsTask());
        Assert.Equal(2, _fetched);
    }

    [Fact]
    public async Task Renewed_credentials_are_found_after_the_while()
    {
        var tokens = Cache(() => _fetched == 1 ? throw new ConnectorNeedsAuthorizationException("crm", "invalid_client") : new("t", null));

        await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => tokens.GetAsync(Token).AsTask());
        _clock.Advance(AccessTokenCache.CoolDown);

        Assert.Equal("t", await tokens.GetAsync(Token));
    }

    [Fact]
    public async Task A_vendor_that_did_not_answer_is_asked_again_by_the_next()
    {
        var tokens = Cache(() => _fetched == 1 ? throw new VendorUnavailableException("crm", "POST /token", null, null) : new("t", null));

        await Assert.ThrowsAsync<VendorUnavailableException>(() => tokens.GetAsync(Token).AsTask());

        Assert.Equal("t", await tokens.GetAsync(Token));
    }

    [Fact]
    public void A_token_prints_without_its_secret() => Assert.DoesNotContain("s3cret", $"{new AccessToken("s3cret", TimeSpan.FromHours(1))}", StringComparison.Ordinal);

    [Fact]
    public async Task A_401_is_tried_once_more_with_a_new_token()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.OK), Vendor.Says(HttpStatusCode.Unauthorized), Vendor.Says(HttpStatusCode.OK));
        using var client = Client(vendor);
        (await PostAsync(client)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));

        using var answer = await PostAsync(client);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t1", "Bearer t2"], vendor.Calls.Select(call => call.Authorization));
        Assert.All(vendor.Calls, call => Assert.Equal("body", call.Body));
    }

    [Fact]
    public async Task A_second_401_is_the_answer_and_no_storm()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.OK), Vendor.Says(HttpStatusCode.Unauthorized));
        using var client = Client(vendor);
        (await PostAsync(client)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));

        for (var call = 0; call < 5; call++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client)).StatusCode);
        }

        Assert.Equal(2, _fetched);
        Assert.Equal(1 + 2 + 4, vendor.Calls.Length);
    }

    [Fact]
    public async Task A_vendor_that_gives_no_new_token_says_why()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.OK), Vendor.Says(HttpStatusCode.Unauthorized));
        var tokens = Cache(() => _fetched == 1 ? new("t1", null) : throw new VendorRefusedException("crm", "POST /token", HttpStatusCode.BadRequest, "invalid_grant"));
        using var client = new HttpClient(new AccessTokenHandler(tokens) { InnerHandler = vendor });
        (await PostAsync(client)).Dispose();
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("invalid_grant", (await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => PostAsync(client))).ErrorCode);
        Assert.Equal(2, vendor.Calls.Length);
    }

    [Fact]
    public async Task Many_401s_at_once_renew_once()
    {
        var vendor = new Vendor(_clock, Vendor.Says(HttpStatusCode.OK));
        var tokens = Cache(() => new($"t{_fetched}", null));
        await tokens.GetAsync(Token);
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var client = new HttpClient(new AccessTokenHandler(tokens) { InnerHandler = new OldTokenRefused("Bearer t1", vendor) });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(client)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(2, _fetched);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client) =>
        client.PostAsync(new Uri("https://api.example.com/contacts"), new StringContent("body"), Token);

    private AccessTokenCache Cache(Func<AccessToken> answer) => new("crm", _ => Counted(answer), _clock);

    private Task<AccessToken> Counted(Func<AccessToken> answer)
    {
        Interlocked.Increment(ref _fetched);
        return Task.FromResult(answer());
    }

    private Task<AccessToken> Counted(Task<AccessToken> answer)
    {
        Interlocked.Increment(ref _fetched);
        return answer;
    }

    private HttpClient Client(Vendor vendor) => new(new AccessTokenHandler(Cache(() => new($"t{_fetched}", TimeSpan.FromHours(1)))) { InnerHandler = vendor });

    /// <summary>A vendor that accepts any token but one.</summary>
    private sealed class OldTokenRefused(string old, HttpMessageHandler vendor) : DelegatingHandler(vendor)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Headers.Authorization?.ToString() == old
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized))
                : base.SendAsync(request, cancellationToken);
    }
}
