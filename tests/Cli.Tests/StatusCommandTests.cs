using IntegrationHub.Functions.Ops.Health;

namespace IntegrationHub.Cli.Tests;

public sealed class StatusCommandTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(HealthReport.Healthy, 200, ExitCodes.Done)]
    [InlineData(HealthReport.Degraded, 200, ExitCodes.NotDone)]
    [InlineData(HealthReport.Unhealthy, 503, ExitCodes.NotDone)]
    public async Task The_exit_code_says_whether_anything_needs_attention(string status, int code, int exit)
    {
        (_hub.Health, _hub.HealthCode) = (Report(status), code);

        Assert.Equal(exit, (await RunAsync()).Exit);
        Assert.Equal(exit, (await RunAsync("--json")).Exit);
    }

    [Fact]
    public async Task People_read_problems_connectors_queues_mail_and_spool()
    {
        _hub.Health = Report(HealthReport.Degraded);

        var run = await RunAsync();

        Assert.Equal(
            """
            The hub is degraded.
              ! hubspot is failing: 401

              CONNECTOR  TYPE     STATE    LAST EVENT (UTC)  LAG    DROPPED  LAST ERROR
              hubspot    HubSpot  failing  2026-03-02 10:15  1.5 s  2        401

              QUEUE    WAITING    OLDEST (UTC)  DEAD LETTERS
              inbound  7 or more  -             100 or more

            Mail: ok, last sent 2026-03-02 10:15, - waiting.
            Spool: 0 waiting.
            """,
            run.Output.TrimEnd(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_key_that_may_not_see_more_sees_one_word()
    {
        _hub.Health = new HealthWord(HealthReport.Healthy);

        var run = await RunAsync();

        Assert.Equal((ExitCodes.Done, "The hub is healthy. A key with the role Hub.Ops shows more."), (run.Exit, run.Output.Trim()));
    }

    private static HealthReport Report(string status) => new(
        status,
        ["hubspot is failing: 401"],
        [new("hubspot", "HubSpot", "failing", Monday, 1.5, "401", 2)],
        [new("inbound", 7, 100, Capped: true)],
        new("ok", Monday, null, null, null),
        new(0));

    private Task<CommandRun> RunAsync(params string[] options) => CommandRun.RunAsync(["status", .. options, "--url", _hub.Url, "--key", FakeHub.Key]);
}
