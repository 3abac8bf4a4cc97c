using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

public sealed class OutageRulesTests
{
    private static readonly OpsOptions Ops = new();
    private static readonly TimeSpan CatchUp = TimeSpan.FromMinutes(10);
    private static readonly FakeSource Polled = new("salesforce", rows: 0);

    [Theory]
    [InlineData(ConnectorFault.Unavailable, OutageKind.Failing)]
    [InlineData(ConnectorFault.NeedsAuthorization, OutageKind.NeedsAuthorization)]
    [InlineData(ConnectorFault.Refused, null)]
    public void A_tool_that_fails_is_down_unless_it_only_refused_one_thing(ConnectorFault fault, OutageKind? kind)
    {
        var seen = Look(new ConnectorState { Name = "salesforce", LastGoodAt = Monday, LastFailureAt = Monday.AddSeconds(1), FailingSince = Monday.AddSeconds(1), Fault = fault }, Monday.AddSeconds(2));

        Assert.Equal(kind, seen.SingleOrDefault()?.Kind);
    }

    [Theory]
    [InlineData(899, false)]
    [InlineData(900, true)]
    [InlineData(901, true)]
    public void A_polled_tool_is_late_when_it_has_not_been_reached_for_as_long_as_the_setting_says(int seconds, bool late) =>
        Assert.Equal(late, Look(new ConnectorState { Name = "salesforce", LastGoodAt = Monday }, Monday.AddSeconds(seconds)).Any(outage => outage.Kind == OutageKind.Late));

    [Theory]
    [InlineData(899, false)]
    [InlineData(900, true)]
    public void The_queue_is_behind_when_its_oldest_message_is_as_old(int seconds, bool behind) =>
        Assert.Equal(behind, OutageRules.Detect([], new Dictionary<string, ConnectorState>(), Monday, Ops, Monday.AddSeconds(seconds)).Any(outage => outage is { Kind: OutageKind.Backlog, Connector: Outage.Inbound }));

    [Theory]
    [InlineData(OutageKind.Failing, 59, false)]
    [InlineData(OutageKind.Failing, 60, true)]
    [InlineData(OutageKind.Late, 60, true)]
    [InlineData(OutageKind.NeedsAuthorization, 0, true)]
    public void Ops_are_told_of_what_lasts_and_of_missing_authorization_at_once(OutageKind kind, int seconds, bool told)
    {
        var seen = Seen(kind, Monday);

        var step = Assert.Single(OutageRules.Decide([seen], [Seen(kind, Monday.AddSeconds(seconds))], null, CatchUp, Monday.AddSeconds(seconds)));

        Assert.Equal((told, told, false), (step.Report, step.Outage.Reported, step.Over));
        Assert.Equal(Monday, step.Outage.SeenAt);
    }

    [Fact]
    public void Ops_are_told_once()
    {
        var told = Seen(OutageKind.Failing, Monday) with { Reported = true };

        Assert.False(Assert.Single(OutageRules.Decide([told], [Seen(OutageKind.Failing, Monday.AddHours(1))], null, CatchUp, Monday.AddHours(1))).Report);
    }

    [Theory]
    [InlineData(OutageKind.Failing)]
    [InlineData(OutageKind.Late)]
    public void An_outage_that_turns_into_missing_authorization_is_reported_again_once(OutageKind before)
    {
        var told = Seen(before, Monday) with { Reported = true };

        var turned = Assert.Single(OutageRules.Decide([told], [Seen(OutageKind.NeedsAuthorization, Monday.AddHours(1))], null, CatchUp, Monday.AddHours(1)));
        var later = Assert.Single(OutageRules.Decide([turned.Outage], [Seen(OutageKind.NeedsAuthorization, Monday.AddHours(2))], null, CatchUp, Monday.AddHours(2)));

        Assert.Equal((true, false), (turned.Report, later.Report));
    }

    [Theory]
    [InlineData(599, false)]
    [InlineData(600, true)]
    [InlineData(601, true)]
    public void A_tool_is_back_when_it_has_worked_for_a_while(int seconds, bool over)
    {
        var works = Seen(OutageKind.Failing, Monday) with { Reported = true, WorksSince = Monday.AddHours(1) };

        Assert.Equal(over, Assert.Single(OutageRules.Decide([works], [], null, CatchUp, Monday.AddHours(1).AddSeconds(seconds))).Over);
    }

    [Fact]
    public void A_tool_is_not_back_while_something_waits_that_came_before()
    {
        var works = Seen(OutageKind.Failing, Monday) with { Reported = true, WorksSince = Monday.AddHours(1) };

        Assert.False(Assert.Single(OutageRules.Decide([works], [], Monday.AddHours(1), CatchUp, Monday.AddHours(2))).Over);
        Assert.True(Assert.Single(OutageRules.Decide([works], [], Monday.AddHours(1).AddSeconds(1), CatchUp, Monday.AddHours(2))).Over);
    }

    [Fact]
    public void A_tool_that_fails_again_while_it_catches_up_is_the_same_outage()
    {
        var works = Seen(OutageKind.Failing, Monday) with { Reported = true, WorksSince = Monday.AddHours(1) };

        var step = Assert.Single(OutageRules.Decide([works], [Seen(OutageKind.Failing, Monday.AddMinutes(65))], null, CatchUp, Monday.AddMinutes(65)));

        Assert.Equal((false, false, null, Monday), (step.Report, step.Over, step.Outage.WorksSince, step.Outage.Since));
    }

    [Fact]
    public void A_hiccup_that_nobody_was_told_of_is_over_at_once() =>
        Assert.True(Assert.Single(OutageRules.Decide([Seen(OutageKind.Failing, Monday)], [], null, CatchUp, Monday.AddSeconds(20))).Over);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_webhook_is_silent_after_three_times_its_longest_pause(int seconds, bool silent)
    {
        var state = new ConnectorState { Name = "hubspot", FirstEventAt = Monday.AddDays(-30), LastEventAt = Monday, LastGoodAt = Monday, LongestPause = TimeSpan.FromDays(2) };

        Assert.Equal(silent, SilentAt(state, Ops, Monday.AddDays(6).AddSeconds(seconds)));
    }

    [Fact]
    public void A_webhook_that_is_hardly_known_or_need_not_be_watched_is_never_silent()
    {
        var state = new ConnectorState { Name = "hubspot", FirstEventAt = Monday.AddDays(-7), LastEventAt = Monday, LastGoodAt = Monday, LongestPause = TimeSpan.FromHours(1) };

        Assert.False(SilentAt(state, Ops, Monday.AddYears(1)));
        Assert.True(SilentAt(state with { FirstEventAt = Monday.AddDays(-8) }, Ops, Monday.AddYears(1)));
        Assert.False(SilentAt(state with { FirstEventAt = Monday.AddDays(-8) }, Ops with { SilentAfter = 0 }, Monday.AddYears(1)));
    }

    [Fact]
    public void A_silent_webhook_keeps_no_lead_from_being_told_of()
    {
        Assert.False(Seen(OutageKind.Silent, Monday).Blinds);
        Assert.True(Seen(OutageKind.Late, Monday).Blinds);
    }

    private static IReadOnlyList<Outage> Look(ConnectorState state, DateTimeOffset now) => OutageRules.Detect([Polled], new Dictionary<string, ConnectorState> { [state.Name] = state }, null, Ops, now);

    private static bool SilentAt(ConnectorState state, OpsOptions ops, DateTimeOffset now) =>
        OutageRules.Detect([new FakeHook()], new Dictionary<string, ConnectorState> { [state.Name] = state }, null, ops, now).Any(outage => outage.Kind == OutageKind.Silent);

    private static Outage Seen(OutageKind kind, DateTimeOffset at) => new() { Connector = "salesforce", Kind = kind, Since = at, SeenAt = at };
}
