using System.Text.Json.Nodes;
using IntegrationHub.Functions.Replays;

namespace IntegrationHub.Cli.Tests;

public sealed class ReplayCommandTests : IAsyncLifetime
{
    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_start_reports_its_progress_and_ends_when_all_is_compared_with_what_to_do_next()
    {
        var run = await RunAsync("start", "--from", "2026-11-01T08:00Z", "--to", "2026-11-03T10:00+02:00", "--connector", "hubspot");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal(
            """
            Replay first: compared. 12 deliveries, 1 of them unreadable today; 0 erasures repeated.
            Leads: 5 the same, 2 different, 1 missing, 0 extra; 0 switched.
            To see whom a switch would change: replay leads first --verdict different
            To switch: replay switch first. To let it be: replay end first
            """,
            run.Output.Trim(), ignoreLineEndingDifferences: true);
        Assert.Equal(
            """
            Replay first: rebuilding, 0 deliveries.
            Replay first: comparing, 12 deliveries.
            """,
            run.Errors.Trim(), ignoreLineEndingDifferences: true);
        var range = _hub.Replay!.Range;
        Assert.Equal((new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero), new(2026, 11, 3, 8, 0, 0, TimeSpan.Zero), "hubspot"), (range.From, range.To, range.Connector));
    }

    [Fact]
    public async Task A_second_start_is_refused_by_the_hub_and_says_which_is_in_the_way()
    {
        await StartAsync();

        var run = await RunAsync("start", "--from", "2026-11-01", "--to", "2026-11-02");

        Assert.Equal((ExitCodes.NotDone, ""), (run.Exit, run.Output));
        Assert.Contains("It is first.", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("switch", ReplayState.Switching)]
    [InlineData("end", ReplayState.Ended)]
    public async Task A_replay_is_switched_or_ended_by_its_id(string command, ReplayState state)
    {
        await StartAsync();

        var run = await RunAsync(command, "first", "--json");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal(state, _hub.Replay!.State);
        Assert.Equal("first", JsonNode.Parse(run.Output)!["id"]!.GetValue<string>());
        Assert.Equal(ExitCodes.NotDone, (await RunAsync(command, "other")).Exit);
    }

    [Fact]
    public async Task Leads_are_listed_a_page_at_a_time_by_verdict()
    {
        var run = await RunAsync("leads", "first", "--verdict", "different", "--after", "a1");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal(["different-a1  different", "There may be more: --after next"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData("start", "--from", "yesterday", "--to", "2026-11-02")]
    [InlineData("start", "--from", "2026-11-02")]
    [InlineData("switch")]
    public async Task What_is_no_time_or_has_no_id_asks_nobody(params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.Equal(ExitCodes.Misused, run.Exit);
        Assert.Null(_hub.Replay);
    }

    private async Task StartAsync() => Assert.Equal(ExitCodes.Done, (await RunAsync("start", "--from", "2026-11-01", "--to", "2026-11-02", "--dry-run")).Exit);

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.RunAsync(["replay", .. arguments, "--url", _hub.Url, "--key", FakeHub.Key]);
}
