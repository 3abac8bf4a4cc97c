using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

public sealed class MergeTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    private FakeTool Crm => field ??= new("pipedrive", _world);

    [Fact]
    public async Task A_merge_of_two_known_leads_leaves_one_with_the_history_of_both()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "ada.lovelace"));
        var (one, other) = (await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2"));

        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-1", "contact-2"));

        var (survivor, merged) = MergeRules.Order(one, other);
        Assert.Equal((survivor, survivor), (await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2")));
        var state = await hub.StateAsync(survivor);
        var journey = Fold(state);
        Assert.Equal([FunnelStage.Interest, FunnelStage.Evaluation], journey.Entries.Select(entry => entry.Stage));
        Assert.Equal([Marketing.Record("contact-2")], journey.GoneRecords);
        Assert.Equal(merged, Assert.Single(state.Facts.Values.OfType<LeadsMerged>()).Merged);
        Assert.Equal(survivor, (await hub.StateAsync(merged)).LeadId);
        Assert.Equal(merged, (await hub.Get<JourneyStore>().LoadAsync(merged, Token)).State.LeadId);
        Assert.Empty((await hub.Get<JourneyStore>().LoadAsync(merged, Token)).State.Facts);
    }

    [Fact]
    public async Task All_three_records_of_a_merge_that_makes_a_third_are_one_person_from_then_on()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "countess"));

        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-3", "contact-1", "contact-2"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Commitment, 30, "contact-3", "ada", ToolSide.Crm));

        Assert.Single(new[] { await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2"), await LeadAsync(hub, "contact-3") }.Distinct());
        Assert.Equal(FunnelStage.Commitment, Fold(await hub.StateAsync(await LeadAsync(hub, "contact-3"))).Stage);
        Assert.Equal([Marketing.Record("contact-3")], Fold(await hub.StateAsync(await LeadAsync(hub, "contact-3"))).Records);
    }

    [Fact]
    public async Task What_another_instance_says_to_the_merged_lead_reaches_the_one_that_stays()
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "countess"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 2, "contact-1"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 3, "contact-2"));

        await hub.TellAsync(Marketing, Marketing.Merge(10, "contact-1", "contact-2"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 5, "contact-2"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Commitment, 20, "contact-1", side: ToolSide.Crm));

        var journey = Fold(await hub.StateAsync(await LeadAsync(hub, "contact-1")));
        Assert.Equal([FunnelStage.Interest, FunnelStage.Evaluation, FunnelStage.Commitment], journey.Entries.Select(entry => entry.Stage));
    }

    [Fact]
    public async Task A_lead_that_either_had_handed_to_sales_is_not_handed_over_again()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "countess"));
        var announced = (await hub.EventsAsync<HandoffAnnounced>("to-sales")).Count;

        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-2", "contact-1"));

        Assert.Equal((1, 1), (announced, (await hub.EventsAsync<HandoffAnnounced>("to-sales")).Count));
        var state = await hub.StateAsync(await LeadAsync(hub, "contact-1"));
        Assert.Equal(Team.Sales, state.Ledger.AnnouncedOwner);
        Assert.Equal(HandoffDelivery.Pending, Assert.Single(state.Ledger.Handoffs).Delivery);

        // The event still names the lead that may be no more: it is delivered all the same.
        await hub.Get<HandoffFlow>().DeliverAsync((await hub.EventsAsync<HandoffAnnounced>("to-sales")).Single(), Token);
        Assert.Equal(HandoffDelivery.Delivered, Assert.Single((await hub.StateAsync(state.LeadId)).Ledger.Handoffs).Delivery);
    }

    [Fact]
    public async Task Deals_and_scores_of_the_merged_lead_go_on_with_the_one_that_stays_and_nothing_is_summed()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactUpdatedEvent(of), 0, "contact-1", "ada") with { Profile = new() { Score = 10 } });
        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactUpdatedEvent(of), 1, "contact-2", "countess") with { Profile = new() { Score = 10 } });
        await hub.TellAsync(Marketing, Deal(2, "contact-1") with { IsNew = true }, Deal(3, "contact-2"));

        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-2", "contact-1"));
        await hub.TellAsync(Marketing, Deal(30, null) with { Meaning = new(DealStatus.Won, null) });

        var journey = Fold(await hub.StateAsync(await LeadAsync(hub, "contact-1")));
        Assert.Equal((10m, DealStatus.Won), (journey.Profile.Score, Assert.Single(journey.Deals).Status));
        Assert.Equal([journey.LeadId], await hub.Get<IdentityStore>().FindByDealAsync(IdentityKey.Deal("hubspot", $"deal-{_world}"), Token));
    }

    [Fact]
    public async Task A_merge_that_broke_off_is_ended_by_its_redelivery()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "countess"));
        var (survivor, merged) = MergeRules.Order(await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2"));

        // As a crash leaves it: the survivor has the other's facts, the other is no pointer yet.
        var before = await hub.StateAsync(merged);
        await hub.Journeys.ApplyAsync(survivor, [.. before.Facts.Values], Token);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Commitment, 15, merged == await LeadAsync(hub, "contact-1") ? "contact-1" : "contact-2", side: ToolSide.Crm));

        var merge = Marketing.Deliver(Marketing.Merge(20, "contact-1", "contact-2"));
        await hub.TellAsync(merge);
        await hub.TellAsync(merge);

        var state = await hub.StateAsync(merged);
        Assert.Equal((survivor, FunnelStage.Commitment), (state.LeadId, Fold(state).Stage));
        Assert.Single(state.Facts.Values.OfType<LeadsMerged>());
    }

    [Theory]
    [InlineData("ada")]
    [InlineData("countess")]
    public async Task A_new_record_at_an_address_of_the_lead_that_another_instance_has_merged_is_asked_for(string who)
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "countess"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 2, "contact-1", "ada"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 3, "contact-2", "countess"));
        await hub.TellAsync(Marketing, Marketing.Merge(10, "contact-1", "contact-2"));

        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 20, "contact-9", who));

        Assert.Null(await hub.ForgetfulIdentities().FindAsync(Marketing.Record("contact-9"), Token));
        Assert.Equal(FunnelStage.Interest, Fold(await hub.StateAsync(await LeadAsync(hub, "contact-1"))).Stage);
    }

    [Fact]
    public async Task What_a_long_history_came_to_while_its_merge_broke_off_is_told()
    {
        await using var hub = await NewHubAsync();
        foreach (var record in new[] { "contact-1", "contact-2" })
        {
            await hub.TellAsync(Marketing, [.. Enumerable.Range(0, 240).Select(i => Marketing.Event(of => new ActivityEvent(of), i, record) with { Touch = TouchKind.Click })]);
        }

        var (survivor, merged) = MergeRules.Order(await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2"));

        // As a crash leaves it, and then the other has news.
        var because = MergeCause.Of(Marketing.Name, ToolSide.Marketing, Monday, Monday, null, MergeCause.Tool) with { Merged = merged, DedupeKey = $"hub|merged|{merged}" };
        await hub.Journeys.ApplyAsync(survivor, [.. (await hub.StateAsync(merged)).Facts.Values, because], Token);
        await hub.Journeys.ApplyAsync(merged, [Claim(FunnelStage.Evaluation, Monday.AddDays(1))], Token);
        await hub.Get<JourneyMerger>().MergeAsync(survivor, merged, because, Token);

        Assert.Equal(FunnelStage.Evaluation, (await hub.StateAsync(survivor)).Ledger.PublishedEntry?.Stage);
    }

    [Fact]
    public async Task The_same_lead_is_left_whatever_the_order_of_three_merges()
    {
        string[][] orders = [["1>2", "2>3"], ["2>3", "1>2"], ["3>1", "2>1"], ["1>3", "3>2"]];
        foreach (var order in orders)
        {
            var tool = new FakeTool("hubspot", Guid.NewGuid().ToString("N")[..8]);
            await using var hub = await NewHubAsync(tool);
            var leads = new List<LeadId>();
            for (var i = 1; i <= 3; i++)
            {
                await hub.TellAsync(tool, tool.Stage(FunnelStage.Interest, i, $"contact-{i}", $"ada{i}"));
                leads.Add((await hub.Get<IdentityStore>().FindAsync(tool.Record($"contact-{i}"), Token))!);
            }

            foreach (var (merge, minute) in order.Select((merge, i) => (merge.Split('>'), 10 + i)))
            {
                await hub.TellAsync(tool, tool.Merge(minute, $"contact-{merge[1]}", $"contact-{merge[0]}"));
            }

            var expected = leads.MinBy(lead => lead.Value, StringComparer.Ordinal);
            Assert.All(leads, async lead => Assert.Equal(expected, (await hub.StateAsync(lead)).LeadId));
        }
    }

    [Fact]
    public async Task A_merge_told_as_a_deletion_and_a_change_neither_orphans_nor_erases_the_lead()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Crm, Crm.Stage(FunnelStage.Evaluation, 0, "person-5", "ada", ToolSide.Crm));
        await hub.TellAsync(Crm, Crm.Stage(FunnelStage.Interest, 1, "person-7", "countess", ToolSide.Crm));

        await hub.TellAsync(Crm, Crm.Event(of => new ContactDeletedEvent(of), 20, "person-5"));
        Assert.True(Fold(await hub.StateAsync(await LeadAsync(hub, Crm, "person-5"))).Gone);
        await hub.TellAsync(Crm, Crm.Merge(20, "person-7", "person-5"));

        var journey = Fold(await hub.StateAsync(await LeadAsync(hub, Crm, "person-5")));
        Assert.Equal(await LeadAsync(hub, Crm, "person-7"), journey.LeadId);
        Assert.False(journey.Gone);
        Assert.Equal([Crm.Record("person-7")], journey.Records);
    }

    [Fact]
    public async Task A_merged_lead_is_shown_under_its_old_id_and_its_explanation_reproduces_the_stored_state()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "countess"));
        var (survivor, merged) = MergeRules.Order(await LeadAsync(hub, "contact-1"), await LeadAsync(hub, "contact-2"));
        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-1", "contact-2"));
        await hub.StartAsync();
        using var client = new HttpClient { BaseAddress = hub.Url };

        using var lead = JsonDocument.Parse(await client.GetStringAsync($"/api/leads/{merged}?code={TestHub.Key}", Token));
        using var why = JsonDocument.Parse(await client.GetStringAsync($"/api/leads/{merged}/why?code={TestHub.Key}", Token));

        Assert.Equal(survivor.Value, lead.RootElement.GetProperty("leadId").GetString());
        var named = why.RootElement.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("step").GetString() == "received")
            .Select(step => step.GetProperty("source").GetProperty("factKey").GetString()).ToList();
        var stored = await hub.StateAsync(survivor);
        var replayed = JourneyFold.Fold(survivor, stored.Facts.Values.Where(fact => named.Contains(Given.Keys.HideIn(fact.DedupeKey))), Policy);
        Assert.Equal(replayed.Hash, why.RootElement.GetProperty("hash").GetString());
        Assert.Contains(why.RootElement.GetProperty("steps").EnumerateArray(), step => step.GetProperty("rule").GetString() == MergeCause.Tool);
    }

    private Task<TestHub> NewHubAsync(params IConnector[] tools) =>
        TestHub.CreateAsync(azurite, _clock, [.. tools.Length > 0 ? tools : [Marketing, Crm], new FakeCrm()]);

    private DealChangedEvent Deal(int minute, string? contact) => Marketing.Event(of => new DealChangedEvent(of) { DealId = $"deal-{_world}" }, minute, contact, side: ToolSide.Crm);

    private Task<LeadId> LeadAsync(TestHub hub, string record) => LeadAsync(hub, Marketing, record);

    private static async Task<LeadId> LeadAsync(TestHub hub, FakeTool tool, string record) =>
        await hub.Get<JourneyReader>().ResolveAsync((await hub.ForgetfulIdentities().FindAsync(tool.Record(record), Token))!, Token);

    private static Journey Fold(JourneyState state) => JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy);
}
