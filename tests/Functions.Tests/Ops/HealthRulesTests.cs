using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

public sealed class HealthRulesTests
{
    private static readonly Dictionary<string, ConnectorState> NoStates = [];
    private static readonly QueueHealth Empty = new("inbound", 0, 0, false);

    private static readonly MailHealthState Mailboxes = new(Configured: true, new(0, 0, 0), null, []);

    private static readonly HealthFindings Quiet = new() { States = NoStates, Queues = [Empty], SpoolWaiting = 0, Mail = Mailboxes };

    [Fact]
    public void A_hub_that_stands_on_everything_is_healthy() => AssertStatus(HealthReport.Healthy, NoStates, Empty, 0);

    [Fact]
    public void Without_tables_it_is_unhealthy() => AssertStatus(HealthReport.Unhealthy, null, Empty, null);

    [Fact]
    public void Without_a_spool_it_is_unhealthy() => AssertStatus(HealthReport.Unhealthy, NoStates, Empty, null);

    [Fact]
    public void Without_a_bus_it_is_unhealthy() => AssertStatus(HealthReport.Unhealthy, NoStates, Empty with { Active = null, DeadLettered = null }, 0);

    [Fact]
    public void With_a_dead_letter_somebody_should_look() => AssertStatus(HealthReport.Degraded, NoStates, Empty with { DeadLettered = 1 }, 0);

    [Fact]
    public void With_something_in_the_spool_somebody_should_look() => AssertStatus(HealthReport.Degraded, NoStates, Empty, 1);

    [Fact]
    public void Waiting_messages_alone_are_well() => AssertStatus(HealthReport.Healthy, NoStates, Empty with { Active = 1_000, Capped = true }, 0);

    [Fact]
    public void With_a_failing_connector_somebody_should_look()
    {
        var states = new Dictionary<string, ConnectorState> { ["salesforce"] = new() { Name = "salesforce", LastGoodAt = Monday, LastFailureAt = Monday.AddSeconds(1), LastError = "away" } };

        var report = AssertStatus(HealthReport.Degraded, states, Empty, 0);

        Assert.Equal(("failing", "away"), (report.Connectors[0].State, report.Connectors[0].LastError));
    }

    [Theory]
    [InlineData(null, null, "silent")]
    [InlineData(0, null, "ok")]
    [InlineData(null, 0, "failing")]
    [InlineData(0, 1, "failing")]
    [InlineData(0, 0, "failing")]
    [InlineData(1, 0, "ok")]
    public void A_connector_is_what_was_last_known_of_it(int? goodAt, int? failedAt, string state)
    {
        var states = new Dictionary<string, ConnectorState>
        {
            ["salesforce"] = new() { Name = "salesforce", LastGoodAt = At(goodAt), LastFailureAt = At(failedAt), LastError = "away" },
        };

        Assert.Equal(state, HealthRules.Judge([new FakeCrm()], Quiet with { States = states }).Connectors[0].State);

        static DateTimeOffset? At(int? seconds) => seconds is { } value ? Monday.AddSeconds(value) : null;
    }

    [Fact]
    public void A_notice_that_nobody_is_told_of_shows_here() =>
        Assert.Equal((HealthReport.Degraded, "Blind for salesforce."), HealthRules.Judge([], Quiet with { Mail = Mailboxes with { Unsent = ["Blind for salesforce."] } }) is var report ? (report.Status, Assert.Single(report.Problems)) : default);

    [Theory]
    [InlineData(false, HealthReport.Healthy)]
    [InlineData(true, HealthReport.Degraded)]
    public void Two_tools_whose_people_are_not_compared_any_more_want_a_look_and_people_who_are_missing_do_not(bool late, string status)
    {
        var pair = new ParityHealth("hubspot", "salesforce", 25, 3, Monday, late);

        var report = HealthRules.Judge([], Quiet with { Parity = [pair] });

        Assert.Equal((status, pair), (report.Status, Assert.Single(report.Parity)));
        Assert.Equal(late ? ["The people of hubspot and salesforce are not compared any more."] : [], report.Problems);
    }

    [Fact]
    public void Mail_without_a_server_is_off() => Assert.Equal("off", HealthRules.Judge([], Quiet with { Mail = Mailboxes with { Configured = false } }).Mail.State);

    [Fact]
    public void Failing_mail_says_why()
    {
        var states = new Dictionary<string, ConnectorState> { [ConnectorState.Mail] = new() { Name = ConnectorState.Mail, LastFailureAt = Monday, LastError = "busy" } };

        var report = HealthRules.Judge([], Quiet with { States = states });

        Assert.Equal((HealthReport.Degraded, "failing", "busy"), (report.Status, report.Mail.State, report.Mail.LastError));
    }

    private static HealthReport AssertStatus(string status, IReadOnlyDictionary<string, ConnectorState>? states, QueueHealth queue, int? spool)
    {
        var report = HealthRules.Judge([new FakeCrm()], Quiet with { States = states, Queues = [queue], SpoolWaiting = spool });

        Assert.Equal(status, report.Status);
        Assert.Equal(status == HealthReport.Healthy, report.Problems.Count == 0);
        return report;
    }
}
