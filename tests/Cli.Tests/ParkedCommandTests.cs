using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Cli.Tests;

public sealed class ParkedCommandTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_list_says_what_why_and_what_to_do_next()
    {
        _hub.ParkedDeliveries = [new ParkedDelivery("p1", "hubspot", "unreadable", "The body is not JSON.", 1, Monday, 512)];

        var run = await RunAsync("list", "--connector", "hubspot", "--since", "2026-03-01T00:00Z");

        Assert.Equal(
            """
              RECEIVED (UTC)    REASON      CONNECTOR  FAULTS  BYTES  ID
              2026-03-02 10:15  unreadable  hubspot    1       512    p1

            unreadable: The body is not JSON.

            To queue them again: parked replay --reason REASON --dry-run
            """,
            run.Output.TrimEnd(),
            ignoreLineEndingDifferences: true);
        Assert.Equal("/api/parked?reason=&connector=hubspot&since=2026-03-01T00%3A00Z&after=", Assert.Single(_hub.Asked));
    }

    [Fact]
    public async Task An_empty_list_says_so() => Assert.Equal("Nothing is parked.", (await RunAsync("list")).Output.Trim());

    [Fact]
    public async Task A_replay_sends_its_filter()
    {
        var run = await RunAsync("replay", "--reason", "unreadable", "--dry-run");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal("2 deliveries would be queued again; nothing was queued.", run.Output.Trim());
        Assert.Equal("""{"id":null,"reason":"unreadable","connector":null,"dryRun":true}""", _hub.ParkedOrder);
    }

    [Fact]
    public async Task A_drop_needs_a_reason_and_gives_it_to_the_audit()
    {
        Assert.Equal(ExitCodes.Misused, (await RunAsync("drop", "p1")).Exit);
        Assert.Empty(_hub.Deleted);

        var run = await RunAsync("drop", "p1", "--why", "test data");

        Assert.Equal((ExitCodes.Done, "The delivery is gone for good."), (run.Exit, run.Output.Trim()));
        Assert.Equal("/api/parked/p1?reason=test%20data", Assert.Single(_hub.Deleted));
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.RunAsync(["parked", .. arguments, "--url", _hub.Url, "--key", FakeHub.Key]);
}
