using Azure.Data.Tables;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops.Unmapped;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

/// <summary>Stages that no map knows: held, listed, told once, and let go of when a map knows them. What happens to a deal when its people leave it.</summary>
public sealed class UnmappedFlowTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stage_that_no_map_knows_is_held_listed_and_told_once_and_the_rest_of_the_record_flows()
    {
        var tool = new FakeTool("tool", "unmapped");
        await using var hub = await NewHubAsync(tool);

        await hub.TellAsync(tool, Unmapped(tool, "Limbo", 0, "a"), Unmapped(tool, "Limbo", 0, "b"), tool.Stage(FunnelStage.Interest, 1, "c"));
        await hub.TellAsync(tool, Unmapped(tool, "Limbo", 5, "a"));

        var stage = Assert.Single(await ListAsync(hub), stage => stage.Raw == "Limbo");
        Assert.Equal(("Limbo", "Connectors:tool:StageMap:Limbo", Monday, 2), (stage.Raw, stage.Setting, stage.Since, stage.Leads));
        Assert.Single(await NoticesAsync(hub, stage));
        var journey = await JourneyAsync(hub, tool, "a");
        Assert.Equal((FunnelStage.Awareness, "Limbo", "Byron"), (journey.Stage, Assert.Single(journey.Held).Raw, journey.Profile.LastName));
        Assert.Equal(FunnelStage.Interest, (await JourneyAsync(hub, tool, "c")).Stage);
    }

    [Fact]
    public async Task Once_a_map_knows_it_a_stage_is_let_go_of_and_told_anew_when_it_is_lost_again()
    {
        var tool = new FakeTool("tool", "mapped");
        await using var hub = await NewHubAsync(tool);
        await hub.TellAsync(tool, Unmapped(tool, "Purgatory", 0, "a"));
        var stage = Assert.Single(await ListAsync(hub), stage => stage.Raw == "Purgatory");

        tool.Mapped.Add("Purgatory");
        var after = await ListAsync(hub);
        var told = await NoticesAsync(hub, stage);
        tool.Mapped.Clear();
        await hub.TellAsync(tool, Unmapped(tool, "Purgatory", 5, "a"));

        Assert.DoesNotContain(after, left => left.Raw == "Purgatory");
        Assert.Empty(told);
        Assert.Single(await ListAsync(hub), again => again.Raw == "Purgatory");
        Assert.Single(await NoticesAsync(hub, stage));
    }

    [Fact]
    public async Task A_newly_mapped_stage_takes_effect_on_the_leads_that_wait_for_it_from_when_the_tool_said_so()
    {
        var tool = new FakeTool("tool", "effect");
        await using var hub = await NewHubAsync(tool);
        await hub.TellAsync(tool, Unmapped(tool, "Waiting", 3, "a"));
        await hub.TellAsync(tool, UnmappedDeal(tool, "Dealing", 4, "b", "waiting"));

        tool.Mapped.UnionWith(["Waiting", "Dealing"]);
        await ListAsync(hub);
        await ListAsync(hub);

        var (person, deal) = (await JourneyAsync(hub, tool, "a"), await JourneyAsync(hub, tool, "b"));
        Assert.Equal((FunnelStage.Evaluation, Monday.AddMinutes(3)), (person.Stage, person.EnteredAt));
        Assert.Equal(FunnelStage.Evaluation, Assert.Single(deal.Deals).FunnelStage);
        Assert.Empty(person.Held.Concat(deal.Held));
        Assert.Single((await hub.StateAsync(person.LeadId)).Ledger.Handoffs);
    }

    [Fact]
    public async Task A_deals_stage_names_the_map_of_deals()
    {
        var tool = new FakeTool("tool", "deals");
        await using var hub = await NewHubAsync(tool);

        await hub.TellAsync(tool, UnmappedDeal(tool, "Haggling", 0, "a", "d"));

        Assert.Equal("Connectors:tool:DealStageMap:Haggling", Assert.Single(await ListAsync(hub), stage => stage.Raw == "Haggling").Setting);
        Assert.Equal((FunnelStage.Evaluation, "Haggling"), ((await JourneyAsync(hub, tool, "a")).Stage, (await JourneyAsync(hub, tool, "a")).Held[0].Raw));
    }

    [Fact]
    public async Task An_erased_lead_is_counted_no_more()
    {
        var tool = new FakeTool("tool", "erased");
        await using var hub = await NewHubAsync(tool);
        await hub.TellAsync(tool, Unmapped(tool, "Styx", 0, "a"), Unmapped(tool, "Styx", 0, "b"));

        await hub.Get<UnmappedStore>().EraseAsync((await JourneyAsync(hub, tool, "a")).LeadId, Token);

        Assert.Equal(1, Assert.Single(await ListAsync(hub), stage => stage.Raw == "Styx").Leads);
    }

    [Fact]
    public async Task Whoever_left_a_deal_hears_of_it_no_more_and_one_that_everybody_left_waits_for_its_next_people()
    {
        var tool = new FakeTool("tool", "leaving");
        await using var hub = await NewHubAsync(tool);
        await hub.TellAsync(tool, Deal(tool, 0, "a") with { People = [tool.Record("a"), tool.Record("b")] });

        await hub.TellAsync(tool, Left(tool, 1, "a"));
        await hub.TellAsync(tool, Deal(tool, 2, null) with { Amount = 7 });
        var (gone, staying) = (await JourneyAsync(hub, tool, "a"), await JourneyAsync(hub, tool, "b"));
        await hub.TellAsync(tool, Left(tool, 3, "b"));
        await hub.TellAsync(tool, Deal(tool, 4, null) with { Amount = 9 });
        await hub.TellAsync(tool, Deal(tool, 5, "c"));

        Assert.Empty(gone.Deals);
        Assert.Equal(7, Assert.Single(staying.Deals).Amount);
        Assert.Empty((await JourneyAsync(hub, tool, "b")).Deals);
        Assert.Equal((9m, FunnelStage.Evaluation), (Assert.Single((await JourneyAsync(hub, tool, "c")).Deals).Amount, (await JourneyAsync(hub, tool, "c")).Stage));
    }

    private Task<TestHub> NewHubAsync(FakeTool tool) => TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [tool]);

    private static StageChangedEvent Unmapped(FakeTool tool, string raw, int minute, string record) =>
        tool.Event(of => new StageChangedEvent(of) { ToStageRaw = raw, Profile = new() { LastName = "Byron" } }, minute, record, side: ToolSide.Crm);

    private static DealChangedEvent UnmappedDeal(FakeTool tool, string raw, int minute, string record, string deal) =>
        tool.Event(of => new DealChangedEvent(of) { DealId = deal, ToStageRaw = raw }, minute, record, side: ToolSide.Crm);

    private static DealChangedEvent Deal(FakeTool tool, int minute, string? record) => tool.Event(
        of => new DealChangedEvent(of) { DealId = "shared", Meaning = DealStageMeaning.Open(FunnelStage.Evaluation), ToStageRaw = "Talks" }, minute, record, side: ToolSide.Crm);

    private static AssociationRemovedEvent Left(FakeTool tool, int minute, string record) =>
        tool.Event(of => new AssociationRemovedEvent(of) { DealId = "shared" }, minute, record, side: ToolSide.Crm);

    private static async Task<IReadOnlyList<UnmappedStageReport>> ListAsync(TestHub hub) => (await hub.Get<UnmappedFlow>().ListAsync(PageRequest.First, Token)).Items;

    private static async Task<IReadOnlyList<TableEntity>> NoticesAsync(TestHub hub, UnmappedStageReport stage)
    {
        var notices = await hub.Get<HubTables>().GetAsync(HubTables.Notices, Token);
        return [.. (await notices.QueryAsync<TableEntity>((string?)null, cancellationToken: Token).ToListAsync(Token)).Where(row => row.GetString("Key") == $"unmapped|{stage.Setting}")];
    }

    private static async Task<Journey> JourneyAsync(TestHub hub, FakeTool tool, string record)
    {
        var lead = await hub.Get<IdentityStore>().FindAsync(tool.Record(record), Token);
        return JourneyFold.Fold(lead!, (await hub.StateAsync(lead!)).Facts.Values, Policy);
    }
}
