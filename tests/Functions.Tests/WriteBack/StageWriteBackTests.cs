using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.WriteBack;

public sealed class StageWriteBackTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly FakeMarketing _hubspot = new();
    private readonly FakeMarketing _marketo = new("marketo");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stage_a_lead_is_on_now_is_written_whatever_the_event_said()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "present", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), Claim(FunnelStage.Commitment, Monday.AddHours(1), "salesforce", ToolSide.Crm));

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);

        Assert.Equal(FunnelStage.Commitment, _hubspot.Shows[IdentityKey.Person("hubspot", "present")]);
        Assert.Equal(FunnelStage.Commitment, _marketo.Shows[IdentityKey.Person("marketo", "present")]);
    }

    [Fact]
    public async Task The_tool_whose_word_it_was_is_not_told()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "ownWord", Claim(FunnelStage.Interest, Monday));

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Interest), ToolSide.Marketing, Token);

        Assert.Empty(_hubspot.Shows);
        Assert.Single(_marketo.Shows);
    }

    [Fact]
    public async Task A_persons_change_just_before_the_hubs_own_write_is_not_lost()
    {
        await using var hub = await NewHubAsync();
        var person = IdentityKey.Person("hubspot", "raced");
        var lead = await LeadAsync(hub, "raced", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        var flow = hub.Get<WriteBackFlow>();

        // The person has put the contact back in the tool; the hub writes over it before it hears of that.
        _hubspot.Has[(person, PersonProperty.Stage)] = nameof(FunnelStage.Referral);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await flow.WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);
        await hub.LeadAsync(lead, OpenDeal("won", null, null, Monday.AddSeconds(1)) with { Status = DealStatus.Won }, Claim(FunnelStage.Referral, Monday.AddSeconds(5)) with { Raw = nameof(FunnelStage.Referral) });
        await flow.WriteBackAsync(Changed(lead, FunnelStage.Referral), ToolSide.Marketing, Token);

        Assert.Equal(FunnelStage.Referral, _hubspot.Shows[person]);
    }

    [Theory]
    [InlineData("hubspot", ToolSide.Marketing, "hubspot", false)]
    [InlineData("hubspot", ToolSide.Marketing, "hubspot,salesforce", false)]
    [InlineData("hubspot", ToolSide.Marketing, "hubspot,marketo", true)]
    [InlineData("salesforce", ToolSide.Crm, "hubspot,salesforce", true)]
    [InlineData("salesforce", ToolSide.Crm, "salesforce", true)]
    public async Task A_change_of_stage_that_is_the_only_tools_own_word_is_not_sent_to_write_back(string from, ToolSide side, string knownIn, bool sent)
    {
        await using var hub = await NewHubAsync();
        var lead = Id($"{from} {knownIn}");

        await hub.LeadAsync(lead, [.. knownIn.Split(',').Select(tool => Known(tool, $"{lead}")), Claim(FunnelStage.Interest, Monday, from, side)]);

        Assert.Equal(sent, (await hub.EventsAsync<StageChanged>("to-marketing")).Any(changed => changed.LeadId == lead));
    }

    [Fact]
    public async Task An_own_word_that_the_hub_has_written_over_before_it_heard_it_is_sent()
    {
        await using var hub = await NewHubAsync();
        var (lead, person) = (Id("overwritten"), IdentityKey.Person("hubspot", "overwritten"));
        await hub.LeadAsync(lead, Known("hubspot", "overwritten"), Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        _hubspot.Has[(person, PersonProperty.Stage)] = nameof(FunnelStage.Referral);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);

        await hub.LeadAsync(lead, OpenDeal("overwritten", null, null, Monday.AddSeconds(1)) with { Status = DealStatus.Won }, Claim(FunnelStage.Referral, Monday.AddSeconds(5)) with { Raw = nameof(FunnelStage.Referral) });

        var changed = (await hub.EventsAsync<StageChanged>("to-marketing")).Single(changed => changed.LeadId == lead && changed.To == FunnelStage.Referral);
        await hub.Get<WriteBackFlow>().WriteBackAsync(changed, ToolSide.Marketing, Token);
        Assert.Equal(FunnelStage.Referral, _hubspot.Shows[person]);
    }

    [Fact]
    public async Task A_stage_that_the_lead_has_left_while_the_tool_was_asked_is_not_written()
    {
        await using var hub = await NewHubAsync();
        var (lead, person) = (Id("left"), IdentityKey.Person("hubspot", "left"));
        await hub.LeadAsync(lead, Known("hubspot", "left"), Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        _hubspot.BeforePlanned = () => hub.LeadAsync(
            lead, OpenDeal("left", null, null, Monday.AddSeconds(1)) with { Status = DealStatus.Won }, Claim(FunnelStage.Referral, Monday.AddSeconds(5)));

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);

        Assert.DoesNotContain(person, _hubspot.Shows.Keys);
        Assert.DoesNotContain(await hub.EventsAsync<StageChanged>("to-marketing"), changed => changed.LeadId == lead && changed.To == FunnelStage.Referral);
    }

    [Fact]
    public async Task A_tool_that_does_not_know_the_person_is_not_told()
    {
        await using var hub = await NewHubAsync();
        await hub.LeadAsync(Id("unknown"), Known("hubspot", "unknown"), Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(Id("unknown"), FunnelStage.Evaluation), ToolSide.Marketing, Token);

        Assert.Single(_hubspot.Shows);
        Assert.Empty(_marketo.Shows);
    }

    [Fact]
    public async Task A_person_who_opted_out_is_still_moved()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "optedOut", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), OptedOut());

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);

        Assert.Single(_hubspot.Shows);
    }

    [Fact]
    public async Task An_erased_person_is_left_alone()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "erasedOutcome", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm), Erased());

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token);

        Assert.Empty(_hubspot.Shows);
        Assert.Empty(_marketo.Shows);
    }

    [Fact]
    public async Task One_tool_that_is_away_holds_back_no_other()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "oneAway", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        _hubspot.Fails = FakeCrm.Away("hubspot");

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token));

        Assert.Single(_marketo.Shows);
    }

    [Fact]
    public async Task A_tool_that_may_answer_later_is_waited_for_before_another_ones_refusal_counts()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "awayAndRefused", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        (_hubspot.Fails, _marketo.Fails) = (FakeCrm.Refusal("hubspot"), FakeCrm.Away("marketo"));

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token));
        _marketo.Fails = null;
        var hopeless = await Assert.ThrowsAsync<UnrecoverableMessageException>(() => hub.Get<WriteBackFlow>().WriteBackAsync(Changed(lead, FunnelStage.Evaluation), ToolSide.Marketing, Token));

        Assert.Equal("vendor-refused", hopeless.Reason);
        Assert.Single(_marketo.Shows);
    }

    [Fact]
    public async Task A_lead_that_comes_back_to_marketing_is_delivered_once_a_marketing_tool_shows_it()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "back", Claim(FunnelStage.Evaluation, Monday));
        _clock.Advance(TimeSpan.FromHours(1));
        var state = await hub.LeadAsync(lead, Returned(_clock.GetUtcNow()));
        var back = Assert.Single(state.Ledger.Handoffs, handoff => handoff.To == Team.Marketing);

        await hub.Get<WriteBackFlow>().WriteBackAsync(new HandoffAnnounced { Id = "e2", LeadId = lead, At = _clock.GetUtcNow(), Team = Team.Marketing, HandoffId = back.Id }, ToolSide.Marketing, Token);

        Assert.Equal(FunnelStage.Interest, _hubspot.Shows[IdentityKey.Person("hubspot", "back")]);
        var noted = (await hub.StateAsync(lead)).Ledger.Handoffs.Single(handoff => handoff.Id == back.Id);
        Assert.Equal((HandoffDelivery.Delivered, "hubspot"), (noted.Delivery, noted.Connector));
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [_hubspot, _marketo]);

    private static async Task<LeadId> LeadAsync(TestHub hub, string name, params Fact[] facts)
    {
        await hub.LeadAsync(Id(name), [Known("hubspot", name), Known("marketo", name), .. facts]);
        return Id(name);
    }

    private static StageChanged Changed(LeadId leadId, FunnelStage to) => new() { Id = "e1", LeadId = leadId, At = Monday, Team = Team.Sales, To = to, Connector = "salesforce" };
}
