using System.Collections.Immutable;

namespace IntegrationHub.Funnel.Tests;

public sealed class ParityRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly IdentityKey Record = IdentityKey.Person("hubspot", "1");

    [Theory]
    [InlineData(true, null, ParityCause.Erased)]
    [InlineData(false, null, ParityCause.Missed)]
    [InlineData(false, 59, ParityCause.Lag)]
    [InlineData(false, 60, ParityCause.Missed)]
    public void A_record_of_no_lead_is_erased_new_or_missed(bool erased, int? minutesAgo, ParityCause cause) =>
        Assert.Equal(cause, ParityRules.JudgeUnknown(erased, minutesAgo is { } minutes ? Now.AddMinutes(-minutes) : null, Now).Cause);

    [Fact]
    public void Only_a_further_record_of_a_lead_is_a_second_one()
    {
        var other = IdentityKey.Person("hubspot", "2");
        Assert.Null(ParityRules.JudgeSecond(Record, [Record, other]));
        Assert.Null(ParityRules.JudgeSecond(Record, [Record]));
        Assert.Null(ParityRules.JudgeSecond(Record, [other, IdentityKey.Person("hubspot", "3")]));
        Assert.Equal(ParityCause.Duplicate, ParityRules.JudgeSecond(other, [Record, other])!.Cause);
    }

    [Theory]
    [InlineData(HandoffDelivery.Pending, 1, ParityCause.Lag)]
    [InlineData(HandoffDelivery.Pending, 25, ParityCause.Unexplained)]
    [InlineData(HandoffDelivery.Failed, 1, ParityCause.Refused)]
    [InlineData(HandoffDelivery.Delivered, 1, ParityCause.Unexplained)]
    [InlineData(HandoffDelivery.TakenUp, 1, ParityCause.Rule)]
    [InlineData(HandoffDelivery.Superseded, 1, ParityCause.Rule)]
    public void The_last_handoff_to_the_tool_says_why(HandoffDelivery delivery, int hoursAgo, ParityCause cause) =>
        Assert.Equal(cause, Judge(FunnelStage.Evaluation, HandoffOf(delivery, hoursAgo)).Cause);

    [Fact]
    public void A_handoff_to_another_tool_says_nothing()
    {
        var other = new ParityTool("dynamics", _ => "salesforce", _ => false);
        var (ledger, journey) = (LedgerOf(HandoffOf(HandoffDelivery.Failed, 1)), JourneyOn(FunnelStage.Interest));
        Assert.Equal(ParityCause.Rule, ParityRules.Judge(ledger, journey, Record, other, null, Now).Cause);
    }

    [Fact]
    public void Without_a_handoff_the_stage_says_why()
    {
        Assert.Equal(ParityCause.Rule, Judge(FunnelStage.Interest, null).Cause);
        Assert.Equal(ParityCause.Unexplained, Judge(FunnelStage.Evaluation, null).Cause);
        var past = JourneyOn(FunnelStage.Evaluation);
        past = past with { Entries = [past.Entries[^1] with { Past = true }] };
        Assert.Equal(ParityCause.Rule, ParityRules.Judge(JourneyLedger.Empty, past, Record, Tool(), null, Now).Cause);
    }

    [Fact]
    public void A_deletion_a_twin_and_a_restoration_come_before_any_handoff()
    {
        var ledger = LedgerOf(HandoffOf(HandoffDelivery.Failed, 1));
        var journey = JourneyOn(FunnelStage.Evaluation);
        Assert.Equal(ParityCause.Deleted, CauseOf(journey with { GoneRecords = [IdentityKey.Person("salesforce", "00Q")] }));
        Assert.Equal(ParityCause.Missed, CauseOf(journey with { GoneRecords = [Record] }));
        Assert.Equal(ParityCause.Duplicate, CauseOf(journey, LeadId.Parse("0123456789abcdef01234567")));
        Assert.Equal(ParityCause.Erased, CauseOf(journey with { Erased = true }));

        ParityCause CauseOf(Journey each, LeadId? twin = null) => ParityRules.Judge(ledger, each, Record, Tool(), twin, Now).Cause;
    }

    private static ParityFinding Judge(FunnelStage stage, Handoff? handoff) =>
        ParityRules.Judge(handoff is null ? JourneyLedger.Empty : LedgerOf(handoff), JourneyOn(stage), Record, Tool(), null, Now);

    private static ParityTool Tool() => new("salesforce", _ => "salesforce", team => team == Team.Sales);

    private static JourneyLedger LedgerOf(Handoff handoff) => JourneyLedger.Empty with { Handoffs = [handoff] };

    private static Handoff HandoffOf(HandoffDelivery delivery, int hoursAgo) => new()
    {
        Id = "handoff",
        To = Team.Sales,
        Stage = FunnelStage.Evaluation,
        EnteredAt = Now.AddDays(-3),
        AnnouncedAt = Now.AddHours(-hoursAgo),
        Reason = "a test",
        Delivery = delivery,
    };

    private static Journey JourneyOn(FunnelStage stage) => new()
    {
        LeadId = LeadId.Parse("fedcba9876543210fedcba98"),
        Stage = stage,
        Owner = stage == FunnelStage.Evaluation ? Team.Sales : Team.Marketing,
        EnteredAt = Now.AddDays(-3),
        Entries = [new(stage, Now.AddDays(-3), "claimed", "a test", "fact", "hubspot")],
        Deals = [],
        EmailConsent = ConsentState.Unknown,
        Profile = new(),
        Identities = ImmutableArray.Create(Record),
        Held = [],
        Hash = "",
    };
}
