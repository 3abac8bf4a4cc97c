using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Pipedrive;

public sealed class PipedriveReadingTests
{
    internal static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Pipedrive", ["BaseUrl"] = "https://acme.pipedrive.com", ["CompanyId"] = "7000001", ["ApiToken"] = "token", ["UserId"] = "7100009",
        ["WebhookUser"] = "hub", ["WebhookPassword"] = "secret", ["PollSince"] = "2026-03-01T00:00:00Z",
        ["WriteProfile"] = "phone,firstName,lastName,jobTitle", ["JobTitleField"] = JobTitle, ["StageField"] = Stage,
        ["DealStageMap:1"] = "interest", ["DealStageMap:3"] = "evaluation", ["DealStageMap:5"] = "commitment", ["WriteStage:Evaluation"] = "3",
    };

    internal const string JobTitle = "9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392", Stage = "1c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392";

    [Theory]
    [InlineData("""{"status":"open","stage_id":3}""", """{"stage_id":1}""", SourceEventKind.DealStageChanged, "1", "3", FunnelStage.Evaluation)]
    [InlineData("""{"status":"won","stage_id":3}""", """{"status":"open"}""", SourceEventKind.DealWon, "3", "3", FunnelStage.Commitment)]
    [InlineData("""{"status":"won","stage_id":5}""", """{"status":"open","stage_id":3}""", SourceEventKind.DealWon, "3", "5", FunnelStage.Commitment)]
    [InlineData("""{"status":"won","stage_id":5}""", """{"stage_id":3}""", SourceEventKind.DealWon, "3", "5", FunnelStage.Commitment)]
    [InlineData("""{"status":"lost","stage_id":77}""", """{"status":"open"}""", SourceEventKind.DealLost, "77", "77", null)]
    [InlineData("""{"status":"open","stage_id":1}""", """{"status":"lost"}""", SourceEventKind.DealStageChanged, "1", "1", FunnelStage.Interest)]
    [InlineData("""{"status":"open","stage_id":77}""", """{"stage_id":1}""", SourceEventKind.DealStageChanged, "1", "77", null)]
    [InlineData("""{"status":"won","stage_id":5,"value":9}""", """{"value":8}""", SourceEventKind.DealUpdated, null, null, null)]
    [InlineData("""{"status":"open","stage_id":3,"title":"b"}""", """{"title":"a"}""", SourceEventKind.DealUpdated, null, null, null)]
    [InlineData("""{"status":"deleted","stage_id":3}""", """{"status":"open"}""", SourceEventKind.DealDeleted, null, null, null)]
    public void A_deals_status_decides_before_its_stage_which_counts_when_it_changed(
        string data, string previous, SourceEventKind kind, string? from, string? to, FunnelStage? stage)
    {
        var read = Assert.Single(Read("deal", "change", data, previous));

        var state = read as IStageEvent;
        Assert.Equal((kind, from, to, stage), (read.Kind, state?.FromStageRaw, state?.ToStageRaw, state?.Stage));
    }

    [Theory]
    [InlineData("create", "won", SourceEventKind.DealWon)]
    [InlineData("create", "lost", SourceEventKind.DealLost)]
    [InlineData("create", "open", SourceEventKind.DealCreated)]
    public void A_deal_may_be_created_closed(string action, string status, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read("deal", action, $$$$"""{"status":"{{{{status}}}}","stage_id":3}""", "null")).Kind);

    [Fact]
    public void A_deal_that_goes_to_another_person_leaves_the_first()
    {
        var events = Read("deal", "change", """{"status":"open","stage_id":3,"person_id":9}""", """{"person_id":8}""");

        Assert.Equal("9", Assert.IsType<DealChangedEvent>(events[0]).People[0].Id);
        Assert.Equal("8", Assert.IsType<AssociationRemovedEvent>(events[1]).People[0].Id);
        Assert.NotEqual(events[0].DedupeKey, events[1].DedupeKey);
    }

    [Theory]
    [InlineData("""{"status":"lost","stage_id":3,"lost_reason":"Budget","lost_time":"2026-03-02T10:15:00Z"}""", "Budget", "2026-03-02")]
    [InlineData("""{"status":"open","stage_id":3,"lost_reason":"Budget","expected_close_date":"2026-04-01"}""", null, "2026-04-01")]
    [InlineData("""{"status":"lost","stage_id":3,"lost_reason":null,"expected_close_date":"soon"}""", null, null)]
    public void A_deal_has_the_day_of_its_close_and_why_it_was_lost(string data, string? reason, string? day)
    {
        var deal = Assert.IsType<DealChangedEvent>(Assert.Single(Read("deal", "change", data, """{"status":"other"}""")));

        var fact = Assert.Single(FactMapper.ToFacts(deal, "pipedrive", default, null).OfType<DealChanged>());
        Assert.Equal((reason, day is null ? (DateOnly?)null : DateOnly.Parse(day, CultureInfo.InvariantCulture)), (fact.LostReason, fact.ClosedOn));
    }

    [Fact]
    public void An_amount_that_was_cleared_is_said_to_be()
    {
        var deal = Assert.IsType<DealChangedEvent>(Assert.Single(Read("deal", "change", """{"status":"open","stage_id":3,"value":null,"currency":"EUR"}""", """{"value":100}""")));

        Assert.Equal((null, "EUR"), (deal.Amount, deal.Currency));
        Assert.Equal([DealProperty.Amount], deal.Cleared);
    }

    [Theory]
    [InlineData("subscribed", "no_consent", SourceEventKind.ConsentSubscribed)]
    [InlineData("unsubscribed", "subscribed", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("no_consent", "subscribed", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("no_consent", "unsubscribed", SourceEventKind.ContactUpdated)]
    [InlineData("archived", "subscribed", SourceEventKind.ContactUpdated)]
    public void A_marketing_status_means_what_the_vendor_says(string now, string before, SourceEventKind kind)
    {
        var read = Assert.Single(Read("person", "change", $$$$"""{"marketing_status":"{{{{now}}}}","update_time":"b"}""", $$$$"""{"marketing_status":"{{{{before}}}}","update_time":"a"}"""));

        Assert.Equal(kind, read.Kind);
    }

    [Fact]
    public void A_change_of_address_and_of_consent_are_two_events()
    {
        var events = Read(
            "person", "change",
            """{"emails":[{"value":"old@example.com","primary":false},{"value":"New@Example.com","primary":true}],"marketing_status":"unsubscribed"}""",
            """{"emails":[{"value":"old@example.com","primary":true}],"marketing_status":"subscribed"}""");

        var changed = Assert.IsType<EmailChangedEvent>(events[0]);
        Assert.Equal(("new@example.com", "old@example.com", "old@example.com"), (changed.SubjectEmail, changed.PreviousEmail, changed.FurtherEmails[0]));
        Assert.Equal(SourceEventKind.ConsentUnsubscribed, events[1].Kind);
        Assert.Equal(2, events.Select(read => read.DedupeKey).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"first_name":"Ana","phones":[]}""", """{"phones":[{"value":"030 1","primary":true}]}""", "Ana", "")]
    [InlineData("""{"first_name":"Ana","phones":[]}""", """{"first_name":"An"}""", "Ana", null)]
    [InlineData("""{"first_name":null}""", """{"first_name":"Ana"}""", "", null)]
    [InlineData("""{"first_name":"*****"}""", """{"first_name":"Ana"}""", null, null)]
    [InlineData("""{"phones":[{"value":"*****1234","primary":true}]}""", """{"phones":[]}""", null, null)]
    public void A_value_is_cleared_withheld_or_unknown(string data, string previous, string? first, string? phone)
    {
        var profile = ((PersonEvent)Assert.Single(Read("person", "change", data, previous))).Profile!;

        Assert.Equal((first, phone), (profile.FirstName, profile.Phone));
    }

    [Theory]
    [InlineData("a***@example.com")]
    [InlineData("nobody")]
    public void An_address_that_is_masked_or_none_is_no_address(string address) =>
        Assert.Null(Assert.Single(Read("person", "create", $$$$"""{"emails":[{"value":"{{{{address}}}}","primary":true}]}""", "null")).SubjectEmail);

    [Theory]
    [InlineData("create", """{"person_id":8}""", "null", SourceEventKind.StageChanged)]
    [InlineData("create", """{"person_id":8,"origin_id":"integration-hub:h1"}""", "null", SourceEventKind.Ignored)]
    [InlineData("create", """{"organization_id":1}""", "null", SourceEventKind.Ignored)]
    [InlineData("change", """{"person_id":8,"owner_id":2}""", """{"owner_id":1}""", SourceEventKind.ContactUpdated)]
    [InlineData("change", """{"person_id":8,"title":"b"}""", """{"title":"a"}""", SourceEventKind.Ignored)]
    [InlineData("delete", "null", """{"person_id":8}""", SourceEventKind.Ignored)]
    public void A_lead_of_the_inbox_is_interest(string action, string data, string previous, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read("lead", action, data, previous)).Kind);

    [Fact]
    public void A_lead_that_is_archived_is_given_back()
    {
        var back = Assert.IsType<HandoffReturnedEvent>(Assert.Single(Read("lead", "change", """{"person_id":8,"is_archived":true}""", """{"is_archived":false}""")));

        Assert.Equal(("Lead archived", "8"), (back.Reason, back.People[0].Id));
    }

    [Theory]
    [InlineData("""{"person_id":8,"done":false,"due_date":"2026-03-03","due_time":"09:30"}""", false, "2026-03-03T09:30:00Z", null)]
    [InlineData("""{"person_id":8,"done":false,"due_date":"2026-03-03","due_time":null}""", false, null, "2026-03-03")]
    [InlineData("""{"participants":[{"person_id":8,"primary":true}],"done":true,"due_date":"2026-03-03"}""", true, null, null)]
    [InlineData("""{"person_id":8,"done":true,"note":"x [integration-hub handoff h1]"}""", true, null, null)]
    public void An_activity_is_a_booking_until_it_is_done(string data, bool isWork, string? at, string? day)
    {
        var read = Assert.IsType<ActivityEvent>(Assert.Single(Read("activity", "change", data, "{}")));

        Assert.Equal(isWork, read.ShowsWork);
        Assert.Equal(at is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), read.Booking!.DueAt);
        Assert.Equal(day is null ? (DateOnly?)null : DateOnly.Parse(day, CultureInfo.InvariantCulture), read.Booking.DueOn);
    }

    [Theory]
    [InlineData("""{"person_id":8,"done":false,"note":"x [integration-hub handoff h1]","due_date":"2026-03-03"}""")]
    [InlineData("""{"deal_id":8,"done":true}""")]
    public void The_hubs_own_open_activity_and_one_without_a_person_say_nothing(string data) =>
        Assert.IsType<IgnoredEvent>(Assert.Single(Read("activity", "create", data, "null")));

    [Fact]
    public void What_the_hubs_user_writes_by_the_api_is_its_echo_and_what_it_does_by_hand_is_not()
    {
        const string Hub = ""","change_source":"api","user_id":"7100009" """;

        Assert.IsType<IgnoredEvent>(Assert.Single(Read("person", "create", """{"first_name":"A"}""", "null", Hub)));
        Assert.IsType<ContactCreatedEvent>(Assert.Single(Read("person", "create", """{"first_name":"A"}""", "null", Hub.Replace("api", "app", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("user", "1772446500", "7100001")]
    [InlineData("user", "\"1772446500\"", "7100001")]
    public void A_users_event_has_its_time_in_seconds_and_no_id_of_its_own(string entity, string time, string id)
    {
        var one = Assert.IsType<UnreadEvent>(Assert.Single(ReadText($$$$"""{"meta":{"action":"change","entity":"{{{{entity}}}}","id":"{{{{id}}}}","timestamp":{{{{time}}}},"company_id":"7000001"},"data":{}}""")));
        var later = Assert.Single(ReadText($$$$"""{"meta":{"action":"change","entity":"{{{{entity}}}}","id":"{{{{id}}}}","timestamp":1772446501,"company_id":"7000001"},"data":{}}"""));

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 10, 15, 0, TimeSpan.Zero), one.OccurredAt);
        Assert.NotEqual(one.DedupeKey, later.DedupeKey);
    }

    [Theory]
    [InlineData("added.deal", "added", """{"id":12,"status":"open","stage_id":3,"person_id":{"value":8,"name":"A"}}""", "null", SourceEventKind.DealCreated)]
    [InlineData("updated.deal", "updated", """{"id":12,"status":"won","stage_id":3,"person_id":8}""", """{"id":12,"status":"open","stage_id":3,"person_id":8}""", SourceEventKind.DealWon)]
    [InlineData("updated.deal", "updated", """{"id":12,"status":"open","stage_id":3,"value":2,"person_id":8}""", """{"id":12,"status":"open","stage_id":3,"value":1,"person_id":8}""", SourceEventKind.DealUpdated)]
    [InlineData("deleted.deal", "deleted", "null", """{"id":12,"status":"open","stage_id":3,"person_id":8}""", SourceEventKind.DealDeleted)]
    public void The_first_version_says_the_same(string name, string action, string current, string previous, SourceEventKind kind)
    {
        var read = Assert.Single(ReadText($$$$"""{"v":1,"event":"{{{{name}}}}","meta":{"v":1,"action":"{{{{action}}}}","object":"deal","id":12,"company_id":7000001,"timestamp":1772446500,"timestamp_micro":1772446500384700},"current":{{{{current}}}},"previous":{{{{previous}}}}}"""));

        Assert.Equal((kind, $"pipedrive|7000001|v1|deal|12|{action}|1772446500384700", "8"), (read.Kind, read.DedupeKey, read.ExternalIds["personId"]));
    }

    [Fact]
    public void A_merge_of_the_first_version_that_does_not_name_what_is_gone_is_parked()
    {
        const string Merge = """{"meta":{"v":1,"action":"merged","object":"person","id":8,"company_id":7000001,"timestamp":1772446500},"current":{"id":8},"previous":{"id":11}}""";

        Assert.Equal("11", Assert.IsType<ContactMergedEvent>(Assert.Single(ReadText(Merge))).Merged[0].Id);
        Assert.IsType<UnreadableEvent>(Assert.Single(ReadText(Merge.Replace("11", "8", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("deal", "change", "null", "null")]
    [InlineData("person", "change", "null", "{}")]
    public void A_change_without_a_state_is_parked(string entity, string action, string data, string previous) =>
        Assert.IsType<UnreadableEvent>(Assert.Single(Read(entity, action, data, previous)));

    [Theory]
    [InlineData("""{"id":8,"emails":[],"marketing_status":"unsubscribed","update_time":"2026-03-02T10:15:00Z"}""", SourceEventKind.ContactUpdated, SourceEventKind.ConsentUnsubscribed)]
    [InlineData("""{"id":8,"emails":[],"marketing_status":"subscribed","update_time":"2026-03-02T10:15:00Z"}""", SourceEventKind.ContactUpdated)]
    [InlineData("""{"id":8,"stage_id":3,"pipeline_id":1,"status":"open","add_time":"a","update_time":"2026-03-02T10:15:00Z"}""", SourceEventKind.DealStageChanged)]
    [InlineData("""{"id":8,"stage_id":3,"pipeline_id":1,"status":"open","add_time":"2026-03-02T10:15:00Z","update_time":"2026-03-02T10:15:00Z"}""", SourceEventKind.DealCreated)]
    [InlineData("""{"id":8,"stage_id":3,"pipeline_id":1,"status":"open","origin_id":"integration-hub:h","add_time":"2026-03-02T10:15:00Z","update_time":"2026-03-02T10:15:00Z"}""", SourceEventKind.Ignored)]
    [InlineData("""{"id":8,"stage_id":3,"pipeline_id":1,"status":"open","is_deleted":true}""", SourceEventKind.DealDeleted)]
    [InlineData("""{"id":8,"due_date":"2026-03-03","person_id":8,"done":true}""", SourceEventKind.Activity)]
    [InlineData("""{"id":8}""", SourceEventKind.Ignored)]
    [InlineData("7", SourceEventKind.Ignored)]
    public void A_row_is_what_its_members_say(string row, params SourceEventKind[] kinds) =>
        Assert.Equal(kinds, ReadText($$$$"""{"success":true,"data":[{{{{row}}}},{{{{row}}}}]}""", Delivery.PollChannel).Select(read => read.Kind));

    internal static IReadOnlyList<SourceEvent> Read(string entity, string action, string data, string previous, string meta = "") =>
        ReadText($$$$"""{"data":{{{{data}}}},"previous":{{{{previous}}}},"meta":{"action":"{{{{action}}}}","entity":"{{{{entity}}}}","entity_id":"8","company_id":"7000001","id":"00000001-a1b2-4c3d-8e4f-102030405060","timestamp":"2026-03-02T10:15:00.000Z","version":"2.0"{{{{meta}}}}}}""");

    private static IReadOnlyList<SourceEvent> ReadText(string body, string channel = "")
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IDeliveryReader>("pipedrive", Settings).Read(new()
        {
            Connector = "pipedrive", Channel = channel, Body = Encoding.UTF8.GetBytes(body), Headers = new Dictionary<string, string>(),
            ReceivedAt = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero),
        });
    }
}
