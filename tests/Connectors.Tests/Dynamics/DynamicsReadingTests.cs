using System.Globalization;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Dynamics;

public sealed class DynamicsReadingTests
{
    internal const string Id = "11111111-0006-4000-8000-000000000001", Hub = "feed0000-0000-0000-0000-00000000beef", Sam = "a0000000-0002-4000-8000-00000000000a",
        Contact = "33333333-0008-4000-8000-000000000003";

    private const string Other = "22222222-0007-4000-8000-000000000002", Key = "new_integrationhubleadid";

    internal static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "Dynamics", ["BaseUrl"] = "https://acme.api.crm4.dynamics.com", ["OrganizationId"] = "c0000000-0003-4000-8000-00000000000c", ["ApplicationUserId"] = Hub,
        ["TenantId"] = "7e000000-0000-4000-8000-000000000001", ["ClientId"] = "7e000000-0000-4000-8000-000000000002", ["ClientSecret"] = "secret", ["WebhookSecret"] = "secret",
        ["WriteProfile"] = "phone,company,jobTitle,firstName,lastName", ["StageField"] = "new_funnelstage",
    };

    [Theory]
    [InlineData("statuscode:1", "statuscode:2", "lead.statuscode=1", "lead.statuscode=2", FunnelStage.Interest)]
    [InlineData("statuscode:2", "statecode:1,statuscode:3", "lead.statuscode=2", "lead.statuscode=3", FunnelStage.Evaluation)]
    [InlineData("", "statuscode:100000003", null, "lead.statuscode=100000003", null)]
    public void A_leads_status_is_its_stage(string before, string target, string? from, string to, FunnelStage? stage)
    {
        var moved = Assert.IsType<StageChangedEvent>(Assert.Single(Read("Update", "lead", target, before)));

        Assert.Equal((from, to, stage, stage is null), (moved.FromStageRaw, moved.ToStageRaw, moved.Stage, moved.Unmapped));
    }

    [Theory]
    [InlineData("statecode:2,statuscode:5")]
    [InlineData("statuscode:7")]
    public void A_lead_that_is_disqualified_is_given_back_with_what_its_status_says(string target)
    {
        var back = Assert.IsType<HandoffReturnedEvent>(Assert.Single(Read("Update", "lead", target, "", labels: """{"key":"statuscode","value":"Cannot Contact"}""")));

        Assert.Equal("Cannot Contact", back.Reason);
    }

    [Fact]
    public void With_a_column_for_the_reason_a_return_waits_for_it()
    {
        var settings = new Dictionary<string, string?>(Settings) { ["ReturnReasonField"] = "new_reason" };

        Assert.True(Assert.IsType<HandoffReturnedEvent>(Assert.Single(Read("Update", "lead", "statecode:2,statuscode:4", "", settings: settings))).IsHeld);
        Assert.Equal("Budget", Assert.IsType<HandoffReturnedEvent>(Assert.Single(Read("Update", "lead", "statecode:2,statuscode:4,new_reason:Budget", "", settings: settings))).Reason);
    }

    [Theory]
    [InlineData("salesstage:2", "salesstage:0", SourceEventKind.DealStageChanged, "salesstage=0", "salesstage=2", FunnelStage.Commitment)]
    [InlineData("salesstage:9", "salesstage:0", SourceEventKind.DealStageChanged, "salesstage=0", "salesstage=9", null)]
    [InlineData("statecode:1,statuscode:3", "salesstage:3,statuscode:1", SourceEventKind.DealWon, "statuscode=1", "statuscode=3", FunnelStage.Commitment)]
    [InlineData("statecode:1,statuscode:100000007", "", SourceEventKind.DealWon, null, "statuscode=100000007", FunnelStage.Commitment)]
    [InlineData("statecode:2,statuscode:4", "", SourceEventKind.DealLost, null, "statuscode=4", null)]
    [InlineData("statuscode:5", "", SourceEventKind.DealLost, null, "statuscode=5", null)]
    [InlineData("statuscode:2", "statecode:0,salesstage:1", SourceEventKind.DealUpdated, null, null, null)]
    [InlineData("statecode:0,statuscode:1", "statecode:2,salesstage:1", SourceEventKind.DealStageChanged, "salesstage=1", "salesstage=1", FunnelStage.Evaluation)]
    [InlineData("salesstage:3", "statecode:1,statuscode:3,salesstage:2", SourceEventKind.DealWon, "statuscode=3", "statuscode=3", FunnelStage.Commitment)]
    [InlineData("name:x", "salesstage:1", SourceEventKind.DealUpdated, null, null, null)]
    public void An_opportunitys_state_decides_before_its_stage(
        string target, string before, SourceEventKind kind, string? from, string? to, FunnelStage? stage)
    {
        var deal = Assert.IsType<DealChangedEvent>(Assert.Single(Read("Update", "opportunity", target, before)));

        Assert.Equal((kind, from, to, stage), (deal.Kind, deal.FromStageRaw, deal.ToStageRaw, deal.Stage));
    }

    [Theory]
    [InlineData("Win", 3, SourceEventKind.DealWon, "statuscode=3")]
    [InlineData("Win", 100000001, SourceEventKind.DealWon, "statuscode=100000001")]
    [InlineData("Lose", 4, SourceEventKind.DealLost, "statuscode=4")]
    [InlineData("Lose", 100000001, SourceEventKind.DealLost, "statuscode=100000001")]
    public void A_closing_names_its_opportunity_though_the_message_may_not(string message, int status, SourceEventKind kind, string raw)
    {
        var close = $$$$"""{"key":"OpportunityClose","value":{"LogicalName":"opportunityclose","Id":"{{{{Other}}}}","Attributes":[{"key":"opportunityid","value":{"Id":"{{{{Id}}}}","LogicalName":"opportunity"}},{"key":"actualrevenue","value":{"Value":1200.5}}]}},{"key":"Status","value":{"Value":{{{{status}}}}}}""";

        var deal = Assert.IsType<DealChangedEvent>(Assert.Single(ReadText(Context(message, "opportunity", close, "", id: "00000000-0000-0000-0000-000000000000"))));

        Assert.Equal((kind, raw, 1200.5m, Id), (deal.Kind, deal.ToStageRaw, deal.Amount!.Value, deal.DealId));
        Assert.Equal(["email", "currency"], deal.NeedsEnrichment);
    }

    [Theory]
    [InlineData("donotbulkemail:true", "", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("donotemail:true", "", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("donotbulkemail:false", "donotbulkemail:true", SourceEventKind.ConsentSubscribed)]
    [InlineData("donotbulkemail:false", "donotemail:true", SourceEventKind.ContactUpdated)]
    public void Not_to_mail_means_what_it_says(string target, string before, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(Read("Update", "contact", target, before)).Kind);

    [Fact]
    public void A_new_record_says_nothing_about_consent_by_its_default_but_by_an_opt_out()
    {
        Assert.IsType<ContactCreatedEvent>(Assert.Single(Read("Create", "contact", "firstname:A,donotbulkemail:false", "")));
        Assert.Equal(
            [SourceEventKind.ContactCreated, SourceEventKind.ConsentUnsubscribed], Read("Create", "contact", "firstname:A,donotbulkemail:true", "").Select(read => read.Kind));
        Assert.Equal([SourceEventKind.ContactUpdated, SourceEventKind.ConsentUnsubscribed], Read("Update", "contact", "firstname:A,donotemail:true", "").Select(read => read.Kind));
    }

    [Fact]
    public void A_changed_address_is_known_with_the_former_one()
    {
        var changed = Assert.IsType<EmailChangedEvent>(Assert.Single(Read("Update", "contact", "emailaddress1:New@example.com", "emailaddress1:old@example.com")));

        Assert.Equal(("new@example.com", "old@example.com"), (changed.SubjectEmail, changed.PreviousEmail));
    }

    [Fact]
    public void What_a_message_states_as_empty_was_cleared_and_what_a_row_does_may_be_withheld()
    {
        var told = ((PersonEvent)Assert.Single(Read("Update", "lead", "telephone1:null,jobtitle:*****,emailaddress1:null", ""))).Profile!;
        var row = ((PersonEvent)Assert.Single(ReadRows($$$$"""{"leadid":"{{{{Id}}}}","telephone1":null,"emailaddress1":null,"modifiedon":"2026-03-02T10:15:00Z"}"""))).Profile!;

        Assert.Equal(("", "", null, null), (told.Phone, told.Email, told.JobTitle, told.FirstName));
        Assert.Equal((null, null), (row.Phone, row.Email));
    }

    [Fact]
    public void A_merge_names_what_is_gone_and_its_loser_its_master()
    {
        var merged = Assert.IsType<ContactMergedEvent>(Assert.Single(ReadText(Context(
            "Merge", "contact", $$$$"""{"key":"Target","value":{"Id":"{{{{Id}}}}","LogicalName":"contact"}},{"key":"SubordinateId","value":"{{{{Other.ToUpperInvariant()}}}}"}""", ""))));
        var loser = Assert.IsType<ContactMergedEvent>(Assert.Single(Read("Update", "contact", $"merged:true,masterid:{Other}", "")));

        Assert.Equal(($"contact:{Id}", $"contact:{Other}"), (merged.People[0].Id, merged.Merged[0].Id));
        Assert.Equal(($"contact:{Other}", $"contact:{Id}"), (loser.People[0].Id, loser.Merged[0].Id));
        Assert.IsType<UnreadableEvent>(Assert.Single(ReadText(Context("Merge", "contact", $$$$"""{"key":"Target","value":{"Id":"{{{{Id}}}}","LogicalName":"contact"}}""", ""))));
    }

    [Fact]
    public void A_qualified_lead_is_its_contact_too_who_joins_the_opportunity()
    {
        var text = Context("QualifyLead", "lead", """{"key":"Status","value":{"Value":3}}""", "").Replace(
            "\"MessageName\"", $$$$"""
            "OutputParameters":[{"key":"CreatedEntities","value":[{"LogicalName":"contact","Id":"{{{{Contact}}}}"},{"LogicalName":"opportunity","Id":"{{{{Other}}}}"}]}],"MessageName"
            """, StringComparison.Ordinal);

        var events = ReadText(text);

        Assert.Equal([$"lead:{Id}", $"contact:{Contact}"], Assert.IsType<StageChangedEvent>(events[0]).People.Select(person => person.Id));
        Assert.Equal(FunnelStage.Evaluation, ((StageChangedEvent)events[0]).Stage);
        Assert.Equal(Other, Assert.IsType<AssociationAddedEvent>(events[1]).DealId);
    }

    [Theory]
    [InlineData("lead", "Update", SourceEventKind.StageChanged)]
    [InlineData("lead", "SetState", SourceEventKind.StageChanged)]
    [InlineData("lead", "Retrieve", SourceEventKind.Ignored)]
    [InlineData("account", "Update", SourceEventKind.Ignored)]
    [InlineData("opportunity", "CalculateActualValue", SourceEventKind.Ignored)]
    public void A_message_that_is_not_read_is_named(string entity, string message, SourceEventKind kind)
    {
        var read = Assert.Single(Read(message, entity, "statuscode:2", "statuscode:1"));

        Assert.Equal(kind, read.Kind);
        Assert.Equal(kind == SourceEventKind.Ignored, read is UnreadEvent);
    }

    [Fact]
    public void An_older_message_names_the_state_as_parameters()
    {
        var text = Context("SetStateDynamicEntity", "opportunity", $$$$"""{"key":"EntityMoniker","value":{"Id":"{{{{Id}}}}","LogicalName":"opportunity"}},{"key":"State","value":{"Value":1}},{"key":"Status","value":{"Value":3}}""", "");

        Assert.Equal(SourceEventKind.DealWon, Assert.Single(ReadText(text)).Kind);
    }

    [Fact]
    public void What_the_hubs_user_writes_is_its_echo() =>
        Assert.IsType<IgnoredEvent>(Assert.Single(ReadText(Context("Update", "lead", Target("lead", "statuscode:2"), "", user: Hub))));

    [Theory]
    [InlineData(@"\/Date(1772446500000)\/", "2026-03-02T10:15:00Z")]
    [InlineData(@"\/Date(1772446500000-0700)\/", "2026-03-02T10:15:00Z")]
    [InlineData(@"\/Date(1772446500000+0530)\/", "2026-03-02T10:15:00Z")]
    [InlineData("/Date(-1)/", "1969-12-31T23:59:59.999Z")]
    [InlineData("2026-03-02T10:15:00Z", "2026-03-02T10:15:00Z")]
    [InlineData("/Date(99999999999999999)/", null)]
    [InlineData("/Date()/", null)]
    public void The_offset_of_a_time_is_only_shown(string time, string? expected)
    {
        var read = Assert.Single(ReadText(Context("Update", "contact", Target("contact", "firstname:A"), "").Replace(@"\/Date(1772446500000+0000)\/", time, StringComparison.Ordinal)));

        Assert.Equal(expected is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), read.OccurredAt);
    }

    [Theory]
    [InlineData("statecode:0,scheduledend:2026-03-03T09:30:00Z", false, true)]
    [InlineData("statecode:1", true, false)]
    [InlineData("statecode:2,scheduledend:2026-03-03T09:30:00Z", false, false)]
    public void A_task_is_a_booking_until_it_is_done(string target, bool isWork, bool isBooked)
    {
        var about = $$$$"""{"key":"regardingobjectid","value":{"Id":"{{{{Id}}}}","LogicalName":"lead"}}""";

        var read = Assert.IsType<ActivityEvent>(Assert.Single(ReadText(Context("Update", "task", Target("task", target, about), ""))));

        Assert.Equal((isWork, isBooked, $"lead:{Id}"), (read.ShowsWork, read.Booking!.DueAt is not null, read.People[0].Id));
    }

    [Theory]
    [InlineData("description:x [integration-hub handoff h1]")]
    [InlineData("subject:x")]
    public void The_hubs_own_open_task_and_one_about_nobody_say_nothing(string target)
    {
        var about = target.StartsWith("description", StringComparison.Ordinal) ? $$$$"""{"key":"regardingobjectid","value":{"Id":"{{{{Id}}}}","LogicalName":"lead"}}""" : null;

        Assert.IsType<IgnoredEvent>(Assert.Single(ReadText(Context("Create", "task", Target("task", target, about), ""))));
    }

    [Theory]
    [InlineData("\"statecode\":0,\"statuscode\":1", SourceEventKind.StageChanged)]
    [InlineData("\"statecode\":2,\"statuscode\":4", SourceEventKind.StageChanged)]
    [InlineData("\"merged\":true,\"_masterid_value\":\"22222222-0007-4000-8000-000000000002\"", SourceEventKind.ContactMerged)]
    [InlineData("\"statuscode\":1,\"donotbulkemail\":true", SourceEventKind.StageChanged, SourceEventKind.ConsentUnsubscribed)]
    [InlineData("\"statuscode\":1,\"donotbulkemail\":false", SourceEventKind.StageChanged)]
    [InlineData("\"statuscode\":1,\"_createdby_value\":\"feed0000-0000-0000-0000-00000000beef\",\"_modifiedby_value\":\"feed0000-0000-0000-0000-00000000beef\"", SourceEventKind.ContactUpdated)]
    public void A_leads_row_says_its_state(string columns, params SourceEventKind[] kinds) =>
        Assert.Equal(kinds, ReadRows($$$$"""{"leadid":"{{{{Id}}}}",{{{{columns}}}},"modifiedon":"2026-03-02T10:15:00Z"}""").Select(read => read.Kind));

    [Fact]
    public void A_row_has_the_hubs_id_and_a_row_of_the_hubs_shows_no_work()
    {
        var row = $$$$"""{"leadid":"{{{{Id}}}}","statuscode":2,"{{{{Key}}}}":"0123456789abcdef01234567","_modifiedby_value":"{{{{Hub}}}}","_createdby_value":"{{{{Sam}}}}","modifiedon":"2026-03-02T10:15:00Z"}""";

        var moved = Assert.IsType<StageChangedEvent>(Assert.Single(ReadRows(row)));

        Assert.Equal((LeadId.Parse("0123456789abcdef01234567"), false, true), (moved.HubLeadId, moved.ShowsWork, moved.HubWroteLast));
        Assert.True(Assert.IsType<StageChangedEvent>(Assert.Single(ReadRows(row.Replace(Hub, Sam, StringComparison.Ordinal)))).ShowsWork);
    }

    [Theory]
    [InlineData("leads", SourceEventKind.ContactDeleted)]
    [InlineData("contacts", SourceEventKind.ContactDeleted)]
    [InlineData("opportunities", SourceEventKind.DealDeleted)]
    [InlineData("tasks", SourceEventKind.Ignored)]
    [InlineData("accounts", SourceEventKind.Ignored)]
    public void A_row_that_is_gone_is_of_the_table_that_its_context_names(string set, SourceEventKind kind) =>
        Assert.Equal(kind, Assert.Single(ReadRows($$$$"""{"@odata.context":"https://acme.crm4.dynamics.com/api/data/v9.2/$metadata#{{{{set}}}}/$deletedEntity","id":"{{{{Id}}}}","reason":"deleted"}""")).Kind);

    [Fact]
    public void A_row_that_does_not_say_what_it_is_is_parked_and_the_others_are_read()
    {
        var events = ReadRows($$$$"""7,{"name":"x"},{"opportunityid":"{{{{Id}}}}","salesstage":1,"statecode":0,"estimatedvalue":10.5,"_customerid_value":"{{{{Contact}}}}","_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact","modifiedon":"2026-03-02T10:15:00Z"}""");

        Assert.Equal(2, events.OfType<UnreadableEvent>().Count());
        var deal = Assert.Single(events.OfType<DealChangedEvent>());
        Assert.Equal(("salesstage=1", 10.5m, $"contact:{Contact}"), (deal.ToStageRaw, deal.Amount!.Value, deal.People[0].Id));
    }

    private static IReadOnlyList<SourceEvent> Read(string message, string entity, string target, string before, string labels = "", Dictionary<string, string?>? settings = null) =>
        ReadText(Context(message, entity, Target(entity, target, labels: labels), before), settings: settings);

    private static string Target(string entity, string columns, string? more = null, string labels = "") =>
        $$$$"""{"key":"Target","value":{"Id":"{{{{Id}}}}","LogicalName":"{{{{entity}}}}","Attributes":[{{{{string.Join(',', Attributes(columns).Append(more).OfType<string>())}}}}],"FormattedValues":[{{{{labels}}}}]}}""";

    private static string Context(string message, string entity, string parameters, string before, string id = Id, string user = Sam) =>
        $$$$"""{"MessageName":"{{{{message}}}}","PrimaryEntityName":"{{{{entity}}}}","PrimaryEntityId":"{{{{id}}}}","OrganizationId":"c0000000-0003-4000-8000-00000000000c","UserId":"{{{{user}}}}","OperationId":"0f000000-0010-4000-8000-000000000001","OperationCreatedOn":"\/Date(1772446500000+0000)\/","OwningExtension":{"Id":"d0000000-0004-4000-8000-00000000000d"},"InputParameters":[{{{{parameters}}}}],"PreEntityImages":[{"key":"any","value":{"Attributes":[{{{{string.Join(',', Attributes(before))}}}}]}}]}""";

    /// <summary>Columns as <c>statuscode:1,name:x</c>: options are typed, as Dataverse types them.</summary>
    private static IEnumerable<string> Attributes(string columns) => columns.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(column => column.Split(':', 2))
        .Select(pair => "{\"key\":\"" + pair[0] + "\",\"value\":" + Typed(pair[0], pair[1]) + "}");

    private static string Typed(string column, string value) =>
        column is "statecode" or "statuscode" or "salesstage" ? "{\"__type\":\"OptionSetValue:http:\\/\\/schemas.microsoft.com\\/xrm\\/2011\\/Contracts\",\"Value\":" + value + "}"
        : column is "masterid" ? "{\"Id\":\"" + value + "\",\"LogicalName\":\"contact\"}"
        : value is "true" or "false" or "null" ? value
        : $"\"{value}\"";

    private static IReadOnlyList<SourceEvent> ReadRows(string rows) => ReadText($$$$"""{"value":[{{{{rows}}}}]}""", Delivery.PollChannel);

    private static IReadOnlyList<SourceEvent> ReadText(string body, string channel = "", Dictionary<string, string?>? settings = null)
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        return vendor.Connect<IDeliveryReader>("dynamics", settings ?? Settings).Read(new()
        {
            Connector = "dynamics", Channel = channel, Body = Encoding.UTF8.GetBytes(body), Headers = new Dictionary<string, string>(),
            ReceivedAt = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero),
        });
    }
}
