using IntegrationHub.History.Checking;
using IntegrationHub.History.Recording;

namespace IntegrationHub.EndToEnd;

/// <summary>The checker of histories finds each kind of break in a record that is otherwise good, and none in a good one.</summary>
public sealed class HistoryCheckerTests
{
    private const long Contact = 101;
    private const string Lead = "lead0001", Record = "00Q000000000001AAA", Handoff = "handoff1";

    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly PersonMade Made = new(Noon, Contact, "ada@example.com", "Mark0001x");
    private static readonly SentEvent Stage = new(1, Contact, "stageClaimed", Noon.AddSeconds(1), ByPerson: true);
    private static readonly DeliveryAnswered Accepted = new(Noon.AddSeconds(2), "hub1", 202, [Stage]);
    private static readonly VendorCalled LeadMade = Call(3, $"/services/data/v62.0/sobjects/Lead/IntegrationHub_Lead_Id__c/{Lead}", """{"LastName":"Mark0001x","Title":"Analyst"}""");
    private static readonly VendorCalled TaskMade = TaskAt(4);
    private static readonly MailArrived Mail = new(Noon.AddSeconds(5), "<1@hub>", "sales@example.com", "[Stalled] Mark0001x", "Mark0001x has been waiting for 3 seconds.");
    private static readonly JourneyRead Journey = new(
        Noon.AddMinutes(5), Contact, Lead, OptedOut: false, Alerts: 1, [new(Stage.Says, Stage.OccurredAt)], [new(Handoff, "delivered")]);

    private static readonly TaskRead Task = new(Noon.AddMinutes(5), "00T1", Handoff, Record);
    private static readonly Settled End = new(Noon.AddMinutes(5), Rests: true, DeadLetters: []);
    private static readonly RecordRead InCrm = new(Noon.AddMinutes(5), Contact, "salesforce", Record, OptedOut: false);
    private static readonly RecordRead InMarketing = new(Noon.AddMinutes(5), Contact, "hubspot", $"{Contact}", OptedOut: false);

    private static readonly HistoryEntry[] Good = [Made, Accepted, LeadMade, TaskMade, Mail, End, Journey, InCrm, InMarketing, Task];

    [Fact]
    public void A_good_history_breaks_nothing() => Assert.Empty(HistoryChecker.Check(Good));

    [Fact]
    public void A_record_that_was_written_and_read_again_says_the_same()
    {
        var lines = new StringWriter();
        using (var log = new HistoryLog(lines))
        {
            Array.ForEach(Good, log.Add);
        }

        Assert.Equivalent(Good, HistoryLog.Read(lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), strict: true);
    }

    [Fact]
    public void An_event_that_is_lost_is_found() =>
        Finds(Rule.EveryEventOnce, Without(Journey, Journey with { Facts = [] }));

    [Fact]
    public void An_event_that_is_there_twice_is_found_and_a_stage_may_be_read_from_the_record_too()
    {
        var title = Stage with { Id = 2, Says = "profileChanged", OccurredAt = Noon.AddSeconds(3) };
        var history = (FactRead[] facts) => Without(Journey, Journey with { Facts = facts }).Append(Accepted with { Events = [title] }).ToList();
        var (stage, titled) = (Journey.Facts[0], new FactRead(title.Says, title.OccurredAt));

        Assert.Empty(HistoryChecker.Check(history([stage, stage, titled])));
        Finds(Rule.EveryEventOnce, history([stage, stage, stage, titled]));
        Finds(Rule.EveryEventOnce, history([stage, titled, titled]));
    }

    [Fact]
    public void A_fact_of_what_nobody_sent_is_found() =>
        Finds(Rule.EveryEventOnce, Without(Journey, Journey with { Facts = [.. Journey.Facts, new("profileChanged", Noon.AddSeconds(9))] }));

    [Fact]
    public void A_person_that_no_hub_knows_is_found() =>
        Finds(Rule.EveryEventOnce, Without(Journey, new JourneyRead(Noon.AddMinutes(5), Contact, null, false, 1, [], [new(Handoff, "delivered")])));

    [Theory]
    [InlineData(0)]
    [InlineData(503)]
    public void An_event_that_was_not_accepted_may_be_there_or_not(int status)
    {
        var unsure = Accepted with { Status = status };

        Assert.Empty(HistoryChecker.Check(Without(Accepted, unsure)));
        Assert.Empty(HistoryChecker.Check([.. Without(Accepted, unsure).Except([Journey]), Journey with { Facts = [] }]));
    }

    [Fact]
    public void A_handoff_with_two_tasks_is_found() => Finds(Rule.OneTaskForEachHandoff, [.. Good, Task with { Id = "00T2" }]);

    [Fact]
    public void A_delivered_handoff_without_a_task_is_found() => Finds(Rule.OneTaskForEachHandoff, [.. Good.Except([Task])]);

    [Fact]
    public void A_task_of_no_handoff_is_found() => Finds(Rule.OneTaskForEachHandoff, [.. Good, Task with { Id = "00T2", Handoff = "another" }]);

    [Fact]
    public void A_handoff_that_waits_for_ever_is_found() => Finds(Rule.OneTaskForEachHandoff, Without(Journey, Journey with { Handoffs = [new(Handoff, "pending")] }));

    [Fact]
    public void A_superseded_handoff_needs_no_task() =>
        Assert.Empty(HistoryChecker.Check([.. Without(Journey, Journey with { Handoffs = [new(Handoff, "superseded")] }).Except([Task])]));

    [Fact]
    public void Two_records_of_a_person_are_found() => Finds(Rule.OneRecordForEachPerson, [.. Good, InCrm with { Id = "00Q2" }]);

    [Theory]
    [InlineData("""{"HasOptedOutOfEmail":false}""")]
    [InlineData("""{"properties":{"hs_email_optout":"false"}}""")]
    public void Consent_that_is_given_back_is_found(string body) => Finds(Rule.OptOutHolds, [.. Good, Call(6, $"/services/data/v62.0/sobjects/Lead/{Record}", body)]);

    [Theory]
    [InlineData(9.9, false)]
    [InlineData(10, false)]
    [InlineData(10.1, true)]
    public void A_task_that_does_not_warn_is_found_unless_it_was_under_way(double seconds, bool found)
    {
        var history = OptedOut([TaskAt(6 + seconds)]);

        Assert.Equal(found, HistoryChecker.Check(history).Any(violation => violation.Rule == Rule.OptOutHolds));
    }

    [Fact]
    public void A_task_that_warns_may_come_at_any_time() => Assert.Empty(HistoryChecker.Check(OptedOut([TaskAt(60, "Has opted out of e-mail: do not write to them.")])));

    [Fact]
    public void An_opt_out_that_did_not_reach_a_tool_is_found() => Finds(Rule.OptOutHolds, [.. OptedOut([]).Select(entry => entry is RecordRead { Connector: "salesforce" } ? InCrm : entry)]);

    [Theory]
    [InlineData(10, 0, false)]
    [InlineData(10.1, 0, true)]
    [InlineData(16.5, 6.5, false)]
    [InlineData(16.6, 6.5, true)]
    public void A_write_after_an_erasure_is_found_unless_it_was_under_way_while_its_hub_ran(double seconds, double paused, bool found)
    {
        var pause = new FaultInForce(Noon.AddSeconds(7), Noon.AddSeconds(7 + paused), "hub1", FaultNames.Pause);

        var violations = HistoryChecker.Check(Erased([pause, TaskAt(6 + seconds)]));

        Assert.Equal(found, violations.Any(violation => violation.Rule == Rule.ErasureHolds));
    }

    [Fact]
    public void The_pause_of_another_hub_is_no_excuse()
    {
        var pause = new FaultInForce(Noon.AddSeconds(7), Noon.AddSeconds(27), "hub2", FaultNames.Pause);

        Finds(Rule.ErasureHolds, Erased([pause, TaskAt(20)]));
    }

    [Fact]
    public void A_mail_after_an_erasure_is_found() => Finds(Rule.ErasureHolds, Erased([Mail with { At = Noon.AddSeconds(40) }]));

    [Fact]
    public void An_erased_person_who_is_there_in_the_end_is_found() => Finds(Rule.ErasureHolds, [.. Erased([]).Where(entry => entry is not JourneyRead), Journey]);

    [Fact]
    public void A_mail_twice_under_two_ids_is_found_and_under_one_is_allowed()
    {
        Finds(Rule.NoMailTwice, [.. Good, Mail with { MessageId = "<2@hub>" }]);
        Assert.Empty(HistoryChecker.Check([.. Good, Mail]));
    }

    [Fact]
    public void One_id_for_two_mails_is_found() => Finds(Rule.NoMailTwice, [.. Good, Mail with { Subject = "Another" }]);

    [Fact]
    public void A_field_that_is_written_again_and_again_is_found()
    {
        // One change by a person, and five until the hub stops.
        var often = Enumerable.Range(0, 5).Select(number => LeadMade with { At = Noon.AddSeconds(10 + number) }).ToList();

        Assert.Empty(HistoryChecker.Check([.. Good, .. often]));
        Finds(Rule.NoLoop, [.. Good, .. often, LeadMade]);
    }

    [Fact]
    public void A_hub_that_never_rests_is_found() => Finds(Rule.NoLoop, Without(End, End with { Rests = false }));

    [Fact]
    public void Dead_letters_are_found() => Finds(Rule.NothingGivenUp, Without(End, End with { DeadLetters = ["inbound: too-many-kills"] }));

    [Fact]
    public void A_record_that_breaks_off_is_found() => Finds(Rule.NothingGivenUp, [.. Good.Except([End])]);

    private static void Finds(Rule rule, IReadOnlyList<HistoryEntry> history) =>
        Assert.Equal([rule], HistoryChecker.Check(history).Select(violation => violation.Rule).Distinct());

    private static HistoryEntry[] Without(HistoryEntry one, HistoryEntry other) => [.. Good.Select(entry => ReferenceEquals(entry, one) ? other : entry)];

    private static HistoryEntry[] OptedOut(IEnumerable<HistoryEntry> more) =>
    [
        Made, Accepted, LeadMade, TaskMade, new OptOutShown(Noon.AddSeconds(6), Contact), .. more, End, Journey with { OptedOut = true }, InCrm with { OptedOut = true },
        InMarketing with { OptedOut = true }, Task,
    ];

    private static HistoryEntry[] Erased(IEnumerable<HistoryEntry> more) =>
    [
        Made, Accepted, LeadMade, TaskMade, new ErasureAsked(Noon.AddSeconds(5), Contact, Lead), new ErasureAnswered(Noon.AddSeconds(6), Contact, Lead), .. more, End,
        new JourneyRead(Noon.AddMinutes(5), Contact, null, false, 0, [], []), InCrm, InMarketing, Task,
    ];

    private static VendorCalled TaskAt(double seconds, string description = "Call them.") =>
        Call(seconds, $"/services/data/v62.0/sobjects/Task/IntegrationHub_Handoff_Id__c/{Handoff}", $$"""{"WhoId":"{{Record}}","Description":"{{description}}"}""");

    private static VendorCalled Call(double seconds, string path, string body) => new(Noon.AddSeconds(seconds), "hub1", "PATCH", path, body, 200);
}
