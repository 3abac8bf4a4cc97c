using IntegrationHub.Functions.Leads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Tests;

public sealed class LeadCommandTests : IAsyncLifetime
{
    private const string Id = "0123456789abcdef01234567";

    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await FakeHub.StartAsync();
        _hub.Lead = new LeadView(
            LeadId.Parse(Id), [new("hubspot", "4711", null), new(null, null, "ada@example.com")], FunnelStage.Evaluation, "sales", Monday,
            Monday.AddDays(3), Stalled: true, [new("salesforce", "d1", "Proposal", DealStatus.Open, 1200m, "EUR")], new(ConsentState.OptedOut), [], [],
            [], [new("a1", AlertKind.StageOverdue, 1, AlertOutcome.Sent, "line one\nline two \u001b[31mred", Monday)]);
        _hub.Why = new WhyView(
            LeadId.Parse(Id), FunnelStage.Evaluation, "sales", Monday, "deal-stage", "A deal is open.", "h", "c",
            [new(WhyStepKind.Staged, Monday, "deal-stage", "Deal d1 is at Proposal.", null)],
            []);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(Id, $"/api/leads/{Id}")]
    [InlineData("ada+new@example.com", "/api/leads?email=ada%2Bnew%40example.com")]
    [InlineData("hubspot:47 11", "/api/leads?connector=hubspot&id=47%2011")]
    public async Task A_lead_is_found_by_id_address_or_record(string key, string asked)
    {
        var run = await RunAsync("lead", key);

        Assert.Equal((ExitCodes.Done, ""), (run.Exit, run.Errors));
        Assert.Equal(asked, Assert.Single(_hub.Asked));
        Assert.StartsWith($"Lead {Id}: evaluation since 2026-03-02 10:15 UTC, owned by sales.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Limit: 2026-03-05 10:15 UTC, which has passed.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Known as: hubspot:4711, ada@example.com.", run.Output, StringComparison.Ordinal);
        Assert.Contains("salesforce  d1    Proposal  open    1200 EUR", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public async Task Why_looks_the_lead_up_and_lists_each_step_with_its_rule()
    {
        var run = await RunAsync("why", "ada@example.com");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal(["/api/leads?email=ada%40example.com", $"/api/leads/{Id}/why"], _hub.Asked);
        Assert.Contains("Because: A deal is open. (deal-stage)", run.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-02 10:15  staged  deal-stage  Deal d1 is at Proposal.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_scripts_a_lead_is_the_answer_of_the_hub()
    {
        var run = await RunAsync("lead", Id, "--json");

        Assert.Equal(Id, (string?)System.Text.Json.Nodes.JsonNode.Parse(run.Output)!["leadId"]);
    }

    [Fact]
    public async Task Nobody_is_erased_without_yes()
    {
        var shown = await RunAsync("erase", "ada@example.com");

        Assert.Equal(ExitCodes.NotDone, shown.Exit);
        Assert.Contains("Nothing changed. To go on, add --yes.", shown.Errors, StringComparison.Ordinal);
        Assert.Contains("ada@example.com", shown.Output, StringComparison.Ordinal);
        Assert.Empty(_hub.Deleted);
    }

    [Fact]
    public async Task With_yes_the_lead_is_hidden_and_can_be_restored()
    {
        var erased = await RunAsync("erase", "ada@example.com", "--yes");
        var restored = await RunAsync("erase", Id, "--undo", "--yes");

        Assert.Equal((ExitCodes.Done, ExitCodes.Done), (erased.Exit, restored.Exit));
        Assert.Equal([$"/api/leads/{Id}", $"/api/erasures/{Id}"], _hub.Deleted);
        Assert.Contains($"erase {Id} --undo --yes", erased.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lead", "somebody")]
    [InlineData("why", "hubspot:")]
    [InlineData("erase", ":4711")]
    public async Task What_names_no_lead_asks_nobody(string command, string key)
    {
        var run = await RunAsync(command, key);

        Assert.Equal(ExitCodes.Misused, run.Exit);
        Assert.Contains("for example hubspot:4711", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_hub.Asked);
    }

    [Fact]
    public async Task An_unknown_lead_ends_with_1()
    {
        _hub.Lead = null;

        Assert.Equal(ExitCodes.NotDone, (await RunAsync("why", "ada@example.com")).Exit);
    }

    private Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.RunAsync([.. arguments, "--url", _hub.Url, "--key", FakeHub.Key]);
}
