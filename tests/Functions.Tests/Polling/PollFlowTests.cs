using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Polling;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Polling;

public sealed class PollFlowTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connector_is_read_to_its_end_and_on_from_there_the_next_time()
    {
        var source = new FakeSource("toItsEnd", rows: 5);
        await using var hub = await NewHubAsync(source);

        await PollAsync(hub);
        source.Rows = 6;
        await PollAsync(hub);

        Assert.Equal([null, "2", "4", "5"], source.AskedFrom);
        Assert.Equal(["0-2", "2-4", "4-5", "5-6"], await BodiesAsync(hub));
    }

    [Fact]
    public async Task A_connector_that_fails_half_way_goes_on_from_the_last_page_that_was_queued()
    {
        var source = new FakeSource("halfWay", rows: 4);
        await using var hub = await NewHubAsync(source);
        source.WhileAsked = () =>
        {
            source.Fails = source.AskedFrom.Count == 2 ? FakeCrm.Away("halfWay") : null;
            return Task.CompletedTask;
        };

        await PollAsync(hub);
        await PollAsync(hub);

        Assert.Equal([null, "2", "2"], source.AskedFrom);
        Assert.Equal(["0-2", "2-4"], await BodiesAsync(hub));
    }

    [Fact]
    public async Task One_connector_that_fails_holds_back_no_other_and_shows_in_its_state()
    {
        var (broken, sound) = (new FakeSource("broken", rows: 1) { Fails = FakeCrm.Away("broken") }, new FakeSource("sound", rows: 1));
        await using var hub = await NewHubAsync(broken, sound);

        await PollAsync(hub);

        Assert.Equal(["0-1"], await BodiesAsync(hub));
        var states = await hub.Get<ConnectorStateStore>().GetAllAsync(Token);
        Assert.True(states["broken"].Failing);
        Assert.False(states["sound"].Failing);
    }

    [Fact]
    public async Task A_connector_is_polled_by_one_at_a_time()
    {
        var source = new FakeSource("oneAtATime", rows: 1);
        await using var hub = await NewHubAsync(source);
        source.WhileAsked = async () => await PollAsync(hub);

        await PollAsync(hub);

        Assert.Single(source.AskedFrom);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_claim_that_a_crash_left_behind_is_over_at_its_end(int secondsPastEnd, bool free)
    {
        await using var hub = await NewHubAsync();
        var cursors = hub.Get<CursorStore>();
        Assert.NotNull(await cursors.ClaimAsync($"left{secondsPastEnd}", Token));
        _clock.Advance(CursorStore.ClaimFor + TimeSpan.FromSeconds(secondsPastEnd));

        Assert.Equal(free, await cursors.ClaimAsync($"left{secondsPastEnd}", Token) is not null);
        _clock.AdjustTime(Monday);
    }

    [Fact]
    public async Task Whoever_lost_the_claim_does_not_move_the_cursor()
    {
        await using var hub = await NewHubAsync();
        var cursors = hub.Get<CursorStore>();
        var slow = (await cursors.ClaimAsync("lost", Token))!;
        _clock.Advance(CursorStore.ClaimFor);
        var quick = (await cursors.ClaimAsync("lost", Token))!;
        await cursors.ReleaseAsync(await cursors.MoveAsync(quick, "quick", Token), Token);

        await Assert.ThrowsAsync<CursorTakenException>(() => cursors.MoveAsync(slow, "slow", Token));

        Assert.Equal("quick", (await cursors.ClaimAsync("lost", Token))!.Cursor);
    }

    [Fact]
    public async Task Two_who_claim_at_once_are_one_claim()
    {
        await using var hub = await NewHubAsync();
        var cursors = hub.Get<CursorStore>();

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cursors.ClaimAsync("atOnce", Token)));

        Assert.Single(claims, claim => claim is not null);
    }

    [Fact]
    public async Task A_long_backlog_is_read_in_runs()
    {
        var source = new FakeSource("backlog", rows: PollFlow.PagesPerRun + 3, perPage: 1);
        await using var hub = await NewHubAsync(source);

        await PollAsync(hub);
        var first = source.AskedFrom.Count;
        await PollAsync(hub);

        Assert.Equal((PollFlow.PagesPerRun, PollFlow.PagesPerRun + 3), (first, source.AskedFrom.Count));
    }

    private Task<TestHub> NewHubAsync(params FakeSource[] sources) => TestHub.CreateAsync(azurite, _clock, sources);

    private static Task PollAsync(TestHub hub) => hub.Get<PollFlow>().PollAllAsync(Token);

    private static async Task<IReadOnlyList<string>> BodiesAsync(TestHub hub) =>
        [.. (await hub.MessagesAsync(InboundQueue.Name, null)).Select(message => BinaryData.FromBytes(InboundMessage.Read(message).Body).ToString())];
}
