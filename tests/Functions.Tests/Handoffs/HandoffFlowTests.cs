using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Handoffs;

public sealed class HandoffFlowTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly FakeCrm _crm = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handed_over_lead_is_in_the_crm_with_its_brief_and_due_time()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "delivered");

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        var order = _crm.Records[announced.HandoffId];
        Assert.Equal("Engines Ltd", order.Brief.Company);
        Assert.Equal(Monday.AddHours(4), order.DueAt);
        var handoff = await HandoffAsync(hub, announced);
        Assert.Equal((HandoffDelivery.Delivered, "salesforce", $"https://crm.example.com/{announced.LeadId}"), (handoff.Delivery, handoff.Connector, handoff.RecordUrl));
    }

    [Fact]
    public async Task The_crms_record_leads_back_to_the_lead()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "linked");

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        var key = IdentityKey.Person("salesforce", $"00Q{announced.LeadId}");
        Assert.Equal(announced.LeadId, await hub.Get<IdentityStore>().FindAsync(key, Token));
        Assert.Contains(key, JourneyFold.Fold(announced.LeadId, (await hub.StateAsync(announced.LeadId)).Facts.Values, Policy).Identities);
    }

    [Fact]
    public async Task A_repeat_does_not_call_the_crm_again()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "repeated");

        for (var i = 0; i < 3; i++)
        {
            await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);
        }

        Assert.Equal(1, _crm.Calls);
    }

    [Fact]
    public async Task After_a_crash_between_the_crms_yes_and_the_note_the_repeat_notes_it()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "crashed");
        var order = Assert.IsType<HandoffCourse.Deliver>(HandoffDeliveryRules.Decide(await hub.StateAsync(announced.LeadId), announced.HandoffId, ["salesforce"], Policy)).Order;
        await _crm.DeliverAsync(order, Token);

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Single(_crm.Records);
        Assert.Equal(HandoffDelivery.Delivered, (await HandoffAsync(hub, announced)).Delivery);
    }

    [Fact]
    public async Task A_lead_that_belongs_to_another_team_by_now_is_not_delivered()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "superseded");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await hub.LeadAsync(announced.LeadId, Returned(_clock.GetUtcNow()));

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal(0, _crm.Calls);
        Assert.Equal(HandoffDelivery.Superseded, (await HandoffAsync(hub, announced)).Delivery);
    }

    [Fact]
    public async Task An_erased_person_is_not_delivered()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "erased");
        await hub.LeadAsync(announced.LeadId, Erased());

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal(0, _crm.Calls);
        Assert.Equal(HandoffDelivery.Superseded, (await HandoffAsync(hub, announced)).Delivery);
    }

    [Fact]
    public async Task A_crm_that_is_away_leaves_the_handoff_pending()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "away");
        _crm.Fails = _ => FakeCrm.Away();

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<HandoffFlow>().DeliverAsync(announced, Token));

        Assert.Equal(HandoffDelivery.Pending, (await HandoffAsync(hub, announced)).Delivery);
    }

    [Fact]
    public async Task A_refusal_is_noted_and_a_replay_of_its_dead_letter_delivers()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "refused");
        _crm.Fails = _ => FakeCrm.Refusal();

        var hopeless = await Assert.ThrowsAsync<UnrecoverableMessageException>(() => hub.Get<HandoffFlow>().DeliverAsync(announced, Token));
        var afterRefusal = (await HandoffAsync(hub, announced)).Delivery;
        _crm.Fails = _ => null;
        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal("vendor-refused", hopeless.Reason);
        Assert.Contains("REQUIRED_FIELD_MISSING", hopeless.Detail, StringComparison.Ordinal);
        Assert.Equal(HandoffDelivery.Failed, afterRefusal);
        Assert.Equal(HandoffDelivery.Delivered, (await HandoffAsync(hub, announced)).Delivery);
    }

    [Fact]
    public async Task With_two_crms_the_one_named_for_the_team_takes_the_lead()
    {
        var other = new FakeCrm("pipedrive");
        await using var hub = await NewHubAsync([_crm, other], "--Connectors:pipedrive:Type=Salesforce", "--Connectors:pipedrive:ClientId=id", "--Connectors:pipedrive:ClientSecret=secret", "--Connectors:pipedrive:OrganizationId=00D5g000001AbCdEAK", "--Handoffs:sales:Connector=pipedrive", "--Schedules:PollConnectors=0 */10 * * * *");
        var announced = await AnnouncedAsync(hub, "named");

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal((0, 1), (_crm.Calls, other.Calls));
    }

    [Fact]
    public async Task With_two_crms_and_none_named_an_operator_is_told_what_to_do()
    {
        await using var hub = await NewHubAsync([_crm, new FakeCrm("pipedrive")]);
        var announced = await AnnouncedAsync(hub, "unnamed");

        var hopeless = await Assert.ThrowsAsync<UnrecoverableMessageException>(() => hub.Get<HandoffFlow>().DeliverAsync(announced, Token));

        Assert.Contains("Handoffs:sales:Connector", hopeless.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handoff_that_the_crm_works_on_already_is_noted_and_makes_no_task()
    {
        await using var hub = await NewHubAsync(_crm);
        await hub.LeadAsync(Id("opened"), OpenDeal("d1", null, null, Monday));

        await hub.Get<HandoffFlow>().DeliverAsync(await LastAsync(hub, "opened"), Token);

        Assert.Equal(0, _crm.Calls);
        var handoff = (await hub.StateAsync(Id("opened"))).Ledger.Handoffs.Single();
        Assert.Equal((HandoffDelivery.TakenUp, "salesforce shows work on it already: deal d1 is open"), (handoff.Delivery, handoff.NotDeliveredReason));
        var why = WhySteps.Of(JourneyExplanation.Of(Id("opened"), (await hub.StateAsync(Id("opened"))).Facts.Values, Policy), (await hub.StateAsync(Id("opened"))).Ledger, Policy, Given.Keys);
        Assert.Contains(why, step => step is { Rule: "taken-up", Reason: "salesforce shows work on it already: deal d1 is open: no task was made" });
    }

    [Fact]
    public async Task Work_that_begins_between_announcement_and_delivery_makes_the_task_needless()
    {
        await using var hub = await NewHubAsync(_crm);
        var announced = await AnnouncedAsync(hub, "meanwhile");
        await hub.LeadAsync(Id("meanwhile"), OpenDeal("d1", null, null, Monday.AddMinutes(1)));

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal((0, HandoffDelivery.TakenUp), (_crm.Calls, (await HandoffAsync(hub, announced)).Delivery));
    }

    [Fact]
    public async Task Work_before_the_lead_crossed_or_in_a_tool_that_gets_no_handoffs_is_none()
    {
        await using var hub = await NewHubAsync(_crm);
        await hub.LeadAsync(Id("elsewhere"), OpenDeal("d1", null, null, Monday) with { Connector = "hubspot" });

        await hub.Get<HandoffFlow>().DeliverAsync(await LastAsync(hub, "elsewhere"), Token);

        Assert.Equal(1, _crm.Calls);
    }

    [Fact]
    public async Task A_lead_that_sales_gave_back_is_handed_over_again_though_its_old_deal_is_open()
    {
        await using var hub = await NewHubAsync(_crm);
        await hub.LeadAsync(Id("again"), OpenDeal("d1", null, null, Monday), Returned(Monday.AddHours(1)));
        await hub.LeadAsync(Id("again"), Claim(FunnelStage.Evaluation, Monday.AddHours(2)));

        await hub.Get<HandoffFlow>().DeliverAsync(await LastAsync(hub, "again"), Token);

        Assert.Equal(1, _crm.Calls);
        Assert.Equal(HandoffDelivery.Delivered, (await hub.StateAsync(Id("again"))).Ledger.Handoffs[^1].Delivery);
    }

    [Fact]
    public async Task The_running_hub_tries_again_until_the_crm_is_back()
    {
        await using var hub = await NewHubAsync(_crm);
        _crm.Fails = call => call == 1 ? FakeCrm.Away() : null;
        await hub.StartAsync();
        await AnnouncedAsync(hub, "running");

        await Eventually.TrueAsync(async () => (await hub.StateAsync(Id("running"))).Ledger.Handoffs.Single().Delivery == HandoffDelivery.Delivered, "the handoff was delivered");

        Assert.Equal(2, _crm.Calls);
        Assert.Single(_crm.Records);
    }

    [Fact]
    public async Task The_running_hub_dead_letters_a_refusal_with_its_reason()
    {
        await using var hub = await NewHubAsync(_crm);
        _crm.Fails = _ => FakeCrm.Refusal();
        await hub.StartAsync();
        await AnnouncedAsync(hub, "deadLettered");

        await Eventually.TrueAsync(async () => (await hub.MessagesAsync("funnel", "to-sales", Azure.Messaging.ServiceBus.SubQueue.DeadLetter)).Count == 1, "the message was dead-lettered");

        var dead = Assert.Single(await hub.MessagesAsync("funnel", "to-sales", Azure.Messaging.ServiceBus.SubQueue.DeadLetter));
        Assert.Equal("vendor-refused", dead.DeadLetterReason);
        Assert.Contains("REQUIRED_FIELD_MISSING", dead.DeadLetterErrorDescription, StringComparison.Ordinal);
        Assert.Equal(HandoffDelivery.Failed, (await hub.StateAsync(Id("deadLettered"))).Ledger.Handoffs.Single().Delivery);
    }

    private Task<TestHub> NewHubAsync(IConnector crm) => NewHubAsync([crm]);

    private Task<TestHub> NewHubAsync(IConnector[] connectors, params string[] settings) => TestHub.CreateAsync(azurite, _clock, connectors, settings);

    private static async Task<HandoffAnnounced> AnnouncedAsync(TestHub hub, string name)
    {
        var state = await hub.LeadAsync(Id(name), Claim(FunnelStage.Evaluation, Monday), Profile(new LeadProfile { FirstName = "Ada", Company = "Engines Ltd" }));
        var handoff = state.Ledger.Handoffs.Single();
        return new HandoffAnnounced { Id = "e1", LeadId = Id(name), At = Monday, Team = handoff.To, HandoffId = handoff.Id };
    }

    private static async Task<HandoffAnnounced> LastAsync(TestHub hub, string name)
    {
        var handoff = (await hub.StateAsync(Id(name))).Ledger.Handoffs[^1];
        return new() { Id = "e1", LeadId = Id(name), At = Monday, Team = handoff.To, HandoffId = handoff.Id };
    }

    private static async Task<Handoff> HandoffAsync(TestHub hub, HandoffAnnounced announced) =>
        (await hub.StateAsync(announced.LeadId)).Ledger.Handoffs.Single(handoff => handoff.Id == announced.HandoffId);
}
