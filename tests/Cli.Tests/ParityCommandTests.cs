using IntegrationHub.Functions.Parity;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Tests;

public sealed class ParityCommandTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task The_pairs_are_shown_with_what_needs_a_look_and_the_exit_code_says_so()
    {
        _hub.Pairs = [Report(new() { [ParityCause.Rule] = 3, [ParityCause.Missed] = 1 })];

        var run = await RunAsync();

        Assert.Equal(ExitCodes.NotDone, run.Exit);
        Assert.Equal(
            """
              HAS THEM  LACKS THEM  COMPARED (UTC)    PEOPLE  IN BOTH  MISSING  NEED A LOOK
              hubspot   salesforce  2026-03-02 10:15  10      6        4        1

            salesforce lacks of hubspot:
              CAUSE   PEOPLE  NEEDS A LOOK
              rule    3
              missed  1       yes
            """,
            run.Output.TrimEnd(),
            ignoreLineEndingDifferences: true);
        _hub.Pairs = [Report(new() { [ParityCause.Rule] = 4 })];
        Assert.Equal(ExitCodes.Done, (await RunAsync("--json")).Exit);
    }

    [Fact]
    public async Task People_are_listed_with_record_lead_cause_and_why()
    {
        var lead = LeadId.Parse("0123456789abcdef01234567");
        _hub.Missing =
        [
            new("101", lead, FunnelStage.Evaluation, ParityCause.Refused, "salesforce refused it."),
            new("102", null, null, ParityCause.Missed, "Never received."),
        ];

        var run = await RunAsync("--from", "hubspot", "--to", "salesforce", "--cause", "refused");

        Assert.Equal(
            """
              RECORD  LEAD                      STAGE       CAUSE    WHY
              101     0123456789abcdef01234567  evaluation  refused  salesforce refused it.
              102     -                         -           missed   Never received.
            """,
            run.Output.TrimEnd(),
            ignoreLineEndingDifferences: true);
        Assert.Equal("/api/parity/hubspot/salesforce?top=1000&cause=refused", Assert.Single(_hub.Asked));
    }

    [Fact]
    public async Task A_comparison_that_is_asked_for_goes_on_to_its_end_and_one_that_fails_says_where()
    {
        _hub.Comparisons.Enqueue(new(false, []));
        _hub.Comparisons.Enqueue(new(true, []));
        Assert.Equal((ExitCodes.Done, 0), ((await RunAsync("--now")).Exit, _hub.Comparisons.Count));

        _hub.Comparisons.Enqueue(new(false, ["salesforce"]));
        var failed = await RunAsync("--now");
        Assert.Equal(ExitCodes.NotDone, failed.Exit);
        Assert.Contains("salesforce", failed.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from", "hubspot")]
    [InlineData("--cause", "rule")]
    public async Task A_list_wants_both_tools(string option, string value) =>
        Assert.Equal(ExitCodes.Misused, (await RunAsync(option, value)).Exit);

    private static ParityReport Report(Dictionary<ParityCause, int> missing) =>
        new("hubspot", "salesforce", Monday, Monday, 10, 6, missing, []);

    private Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.RunAsync(["parity", .. arguments, "--url", _hub.Url, "--key", FakeHub.Key]);
}
