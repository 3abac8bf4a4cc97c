using System.Text.Json;
using IntegrationHub.Cli.Rehearsing;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Tests.Rehearsing;

/// <summary>Two configurations over the same deliveries: of Mautic, whose webhooks say stage and address themselves.</summary>
public sealed class RehearsalTests : IDisposable
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("hub-rehearsal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_configuration_changes_nothing_for_all_recorded_deliveries()
    {
        var report = await RehearseAsync([], [], Payloads.Folder);

        Assert.True(report.Deliveries > 50, $"{report.Deliveries}");
        Assert.True(report.Leads.Present > 10, $"{report.Leads.Present}");
        Assert.Equal((0, 0), (report.Moved, report.ChangedLeads));
    }

    [Fact]
    public async Task A_wrong_map_shows_each_lead_that_it_moves_with_handoffs_and_no_others()
    {
        Record(Contact(1, "Evaluation", Monday), Contact(2, "Evaluation", Monday.AddHours(1)), Contact(3, "Interest", Monday.AddHours(2)));

        var report = await RehearseAsync([], [("Connectors:mautic:StageMap:Evaluation", "awareness")]);

        Assert.Equal((3, 2), (report.Leads.Present, report.Moved));
        Assert.Equal(new Pair(2, 0), report.Handoffs);
        Assert.All(report.Changed, lead => Assert.Equal(
            (FunnelStage.Evaluation, "sales", FunnelStage.Awareness, "marketing"),
            (lead.Present!.Stage, lead.Present.Team, lead.Proposed!.Stage, lead.Proposed.Team)));
        Assert.Equal(["mautic:1", "mautic:2"], report.Changed.Select(lead => lead.Record).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stage_that_loses_its_map_counts_as_unmapped()
    {
        Record(Contact(1, "Warteraum", Monday));

        var report = await RehearseAsync([("Connectors:mautic:StageMap:Warteraum", "interest")], []);

        Assert.Equal(new Pair(0, 1), report.Unmapped);
    }

    [Fact]
    public async Task A_changed_route_shows_who_would_get_the_lead()
    {
        (string, string)[] routing =
        [
            ("Owners:ada:Id:salesforce", "005000000000002AAA"), ("Owners:grace:Id:salesforce", "005000000000003AAA"),
            ("Handoffs:sales:Connector", "salesforce"), ("Handoffs:sales:Fallback", "grace"),
        ];
        Record(Contact(1, "Evaluation", Monday));

        var report = await RehearseAsync(
            [.. routing, ("Handoffs:sales:Routes:1:Owner", "ada")], [.. routing, ("Handoffs:sales:Routes:1:Owner", "grace")]);

        var lead = Assert.Single(report.Changed);
        Assert.Equal(("ada", "grace"), (lead.Present!.Owner, lead.Proposed!.Owner));
        Assert.True(lead.Moves);
    }

    [Theory]
    [InlineData(23, 0)]
    [InlineData(24, 1)]
    public async Task A_limit_that_passes_before_the_last_delivery_raises_its_alerts(int hours, int alerts)
    {
        Record(Contact(1, "Interest", Monday), Contact(2, "Warteraum", Monday.AddHours(hours)));

        var report = await RehearseAsync([], [("Funnel:Stages:interest:StallAfter", "1.00:00:00"), ("Alerts:HeadsUpAt", "off")]);

        Assert.Equal(new Pair(0, alerts), report.Alerts);
        Assert.Equal(0, report.Moved);
    }

    [Fact]
    public async Task A_new_tool_that_is_kept_in_step_is_written_to()
    {
        Record(Contact(1, "Awareness", Monday), Klaviyo("k1", "a1@example.com", Monday.AddHours(1)), Contact(1, "Interest", Monday.AddHours(2)));

        var report = await RehearseAsync([], [("Connectors:klaviyo:WriteStageProperty", "funnel_stage")]);

        Assert.Equal(1, report.Leads.Present);
        Assert.Equal(new Pair(0, 1), report.Writes["klaviyo"]);
    }

    [Fact]
    public async Task An_address_joins_the_records_of_two_tools_but_not_two_records_of_one()
    {
        Record(Contact(1, "Interest", Monday), Klaviyo("k1", "a1@example.com", Monday), Contact(1, "Interest", Monday, email: "b@example.com"), Contact(7, "Interest", Monday, email: "a1@example.com"));

        var report = await RehearseAsync([], []);

        Assert.Equal(new Pair(2, 2), report.Leads);
        Assert.Equal(new Pair(1, 1), report.Questions);
    }

    [Fact]
    public async Task A_connector_that_is_gone_and_a_line_that_is_no_delivery_are_counted()
    {
        Record(Contact(1, "Interest", Monday), "{", """{"connector":"gone","receivedAt":"2026-03-02T10:00:00Z","body":{}}""", """{"connector":"mautic"}""");

        var (report, faults) = await RunAsync([], [], _folder);

        Assert.Equal(2, faults);
        Assert.Equal((2, new Pair(1, 1)), (report.Deliveries, report.UnknownConnector));
    }

    [Fact]
    public async Task More_deliveries_than_may_be_in_memory_are_no_report()
    {
        Record(Contact(1, "Interest", Monday), Contact(2, "Interest", Monday));

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync([], [], _folder, most: 1));
    }

    [Theory]
    [InlineData("0", 1, true)]
    [InlineData("1", 1, false)]
    [InlineData("10%", 1, false)]
    [InlineData("9.9%", 1, true)]
    [InlineData("0%", 0, false)]
    public void A_limit_is_a_number_or_a_share_and_reaching_it_is_allowed(string limit, int moved, bool above)
    {
        var none = new Pair(0, 0);
        var report = new RehearsalReport(1, new(10, 10), moved, none, none, none, new Dictionary<string, Pair>(), none, none, none, none, none, moved, []);

        Assert.True(RehearsalRules.IsLimit(limit));
        Assert.Equal(above, RehearsalRules.IsAbove(report, limit));
    }

    [Fact]
    public async Task A_report_for_a_pull_request_names_no_address()
    {
        Record(Contact(1, "Evaluation", Monday));

        var markdown = RehearsalText.Markdown(await RehearseAsync([], [("Connectors:mautic:StageMap:Evaluation", "interest")]));

        Assert.StartsWith("### 1 of 1 leads would stand elsewhere, after 1 deliveries.", markdown, StringComparison.Ordinal);
        Assert.Contains("| handoffs | 1 | 0 | -1 |", markdown, StringComparison.Ordinal);
        Assert.Contains("| mautic:1 | evaluation → interest | sales → marketing |", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain('@', markdown);
    }

    [Theory]
    [InlineData("rehearse", "a.bicepparam", "--present", "b.bicepparam")]
    [InlineData("rehearse", "a.bicepparam", "--present", "b.bicepparam", "--events", "x", "--archive", "2026-11-01..2026-11-02")]
    [InlineData("rehearse", "a.bicepparam", "--present", "b.bicepparam", "--archive", "2026-11-02..2026-11-01")]
    [InlineData("rehearse", "a.bicepparam", "--present", "b.bicepparam", "--events", "x", "--limit", "some")]
    public async Task A_command_line_that_is_wrong_runs_nothing(params string[] arguments)
    {
        var run = await CommandRun.RunAsync(arguments);

        Assert.Equal((ExitCodes.Misused, ""), (run.Exit, run.Output));
        Assert.Contains("for example", run.Errors, StringComparison.Ordinal);
    }

    private static string Contact(int id, string stage, DateTimeOffset at, string? email = null) => JsonSerializer.Serialize(new
    {
        connector = "mautic",
        receivedAt = at,
        headers = new Dictionary<string, string> { ["X-Origin-Base-URL"] = "https://mautic.example.com" },
        body = new Dictionary<string, object>
        {
            ["mautic.lead_post_save_update"] = new[]
            {
                new
                {
                    contact = new
                    {
                        id, dateModified = at, dateAdded = at,
                        fields = new { core = new { email = new { alias = "email", value = email ?? $"a{id}@example.com" } } },
                        stage = new { id = 3, name = stage },
                        doNotContact = Array.Empty<string>(),
                    },
                    timestamp = at,
                },
            },
        },
    });

    private static string Klaviyo(string id, string email, DateTimeOffset at) => JsonSerializer.Serialize(new
    {
        connector = "klaviyo",
        receivedAt = at,
        body = JsonDocument.Parse(File.ReadAllText(Path.Combine(Payloads.Folder, "klaviyo", "custom-stage-metric.json"))
            .Replace("01D", id, StringComparison.Ordinal).Replace("dee@example.com", email, StringComparison.Ordinal)
            .Replace("Evaluation", "Awareness", StringComparison.Ordinal)).RootElement,
    });

    private void Record(params string[] lines) => File.WriteAllLines(Path.Combine(_folder, "deliveries.jsonl"), lines);

    private Task<RehearsalReport> RehearseAsync((string, string)[] present, (string, string)[] proposed) => RehearseAsync(present, proposed, _folder);

    private static async Task<RehearsalReport> RehearseAsync((string, string)[] present, (string, string)[] proposed, string folder) =>
        (await RunAsync(present, proposed, folder)).Report;

    private static async Task<(RehearsalReport Report, int Faults)> RunAsync(
        (string, string)[] presentSettings, (string, string)[] proposedSettings, string folder, int most = 10_000)
    {
        using var present = new RehearsedHub(Settings(presentSettings));
        using var proposed = new RehearsedHub(Settings(proposedSettings));
        var recorded = new RecordedFolder(folder, new CaseReader(present.Connectors, null, TimeProvider.System));
        var count = await new RehearseFlow(_ => { }, TimeProvider.System)
            .RunAsync(present, proposed, recorded.ReadAsync(TestContext.Current.CancellationToken), most, TestContext.Current.CancellationToken);
        return (RehearsalRules.Compare(present, proposed, count ?? throw new InvalidOperationException("too many")), recorded.Faults);
    }

    private static IConfigurationRoot Settings((string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddJsonFile(Payloads.Settings)
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Hub:Peppers"] = $"k1:{Convert.ToBase64String(new byte[32])}",
            ["Archive:Keys"] = $"k1:{Convert.ToBase64String(new byte[32])}",
        })
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
        .Build();
}
