using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.WriteBack;

public sealed class WriteBackFlowTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly FakeMarketing _hubspot = new() { Writes = [PersonProperty.Stage, PersonProperty.Consent, PersonProperty.Phone] };
    private readonly FakeMarketing _marketo = new("marketo") { Writes = [PersonProperty.Stage, PersonProperty.Consent, PersonProperty.Phone, PersonProperty.Company] };
    private readonly FakeDesk _salesforce = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_one_inbound_change_every_other_tool_is_written_once_and_the_origin_not_at_all()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "origin", Profile(new() { Phone = "030 1", Company = "Acme" }));

        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Empty(_hubspot.Written);
        Assert.Equal([(PersonProperty.Company, "Acme"), (PersonProperty.Phone, "030 1")], _marketo.Written.OrderBy(write => write.Property));
        Assert.Equal([(PersonProperty.Phone, "030 1")], _salesforce.Written);
    }

    [Fact]
    public async Task A_value_that_a_tool_has_already_is_not_written_and_why_says_so()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "equal", Profile(new() { Phone = "030 1" }));
        _salesforce.Has[(IdentityKey.Person("salesforce", "equal"), PersonProperty.Phone)] = "030 1";

        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ProfileAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Empty(_salesforce.Written);
        var steps = (await hub.Get<LeadQuery>().ExplainAsync(lead, Token))!.Steps.Where(step => step.Step == WhyStepKind.Written).ToList();
        Assert.Equal(("equal", "e1"), steps.Where(step => step.Target == "salesforce").Select(step => (step.Rule, step.Id)).Single());
        Assert.Equal("written", steps.Single(step => step.Target == "marketo").Rule);
        Assert.DoesNotContain(steps, step => step.Reason.Contains("030", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_opt_out_reaches_every_other_tool_before_any_other_field()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "optOut", Claim(FunnelStage.Interest, Monday, "salesforce", ToolSide.Crm), Profile(new() { Phone = "030 1" }), OptedOut());

        var state = await hub.StateAsync(lead);
        await AllAsync(hub, new StageChanged { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing, To = FunnelStage.Interest, Connector = "salesforce" });
        await AllAsync(hub, new ProfileAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ConsentAnnounced { Id = "e3", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Equal(ConsentState.OptedOut, state.Ledger.Consent?.Email);
        Assert.All(new[] { _hubspot, _marketo }, tool => Assert.Equal((PersonProperty.Consent, "OptedOut"), tool.Written.First()));
        Assert.Equal((PersonProperty.Consent, "OptedOut"), _salesforce.Written.First());
        Assert.All(new[] { _hubspot.Written, _marketo.Written, _salesforce.Written }, written => Assert.Single(written, write => write.Property == PersonProperty.Consent));
    }

    [Fact]
    public async Task An_opt_out_comes_to_the_crm_before_the_handoff_does()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "optOutHandoff", Claim(FunnelStage.Evaluation, Monday), OptedOut());
        var handoff = (await hub.StateAsync(lead)).Ledger.Handoffs.Single();

        await hub.Get<HandoffFlow>().DeliverAsync(new HandoffAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = handoff.To, HandoffId = handoff.Id }, Token);

        Assert.Equal([(PersonProperty.Consent, "OptedOut")], _salesforce.WrittenBeforeHandoff);
    }

    [Fact]
    public async Task The_hub_takes_back_an_opt_out_of_its_own_when_the_person_agrees_later_and_no_tools_own()
    {
        await using var hub = await NewHubAsync();
        var theirs = Monday.AddHours(-20);
        var lead = await LeadAsync(hub, "optIn", OptedOut(), OptedOut() with { DedupeKey = "salesforce|own", Connector = "salesforce", Side = ToolSide.Crm, OccurredAt = theirs });
        _salesforce.Has[(IdentityKey.Person("salesforce", "optIn"), PersonProperty.Consent)] = "OptedOut";
        await AllAsync(hub, new ConsentAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });

        await hub.LeadAsync(lead, OptedOut() with { DedupeKey = "hubspot|agreed", OccurredAt = Monday.AddHours(1), Email = ConsentState.OptedIn });
        await AllAsync(hub, new ConsentAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Equal([(PersonProperty.Consent, "OptedOut"), (PersonProperty.Consent, "OptedIn")], _marketo.Written);
        Assert.Empty(_salesforce.Written);
    }

    [Fact]
    public async Task An_opt_out_in_a_record_that_the_hub_made_is_the_hubs_own_and_taken_back_when_the_person_agrees()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("made");
        await hub.LeadAsync(lead, Known("hubspot", "made"), Claim(FunnelStage.Evaluation, Monday), OptedOut());
        _salesforce.MakesOptedOut = true;
        var handoff = (await hub.StateAsync(lead)).Ledger.Handoffs.Single();
        await hub.Get<HandoffFlow>().DeliverAsync(new HandoffAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = handoff.To, HandoffId = handoff.Id }, Token);
        await hub.LeadAsync(lead, OptedOut() with { DedupeKey = "salesforce|row", Connector = "salesforce", Side = ToolSide.Crm, OccurredAt = Monday.AddSeconds(-1) });

        await hub.LeadAsync(lead, OptedOut() with { DedupeKey = "hubspot|agreed", OccurredAt = Monday.AddHours(1), Email = ConsentState.OptedIn });
        await AllAsync(hub, new ConsentAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Equal([(PersonProperty.Consent, "OptedIn")], _salesforce.Written);
    }

    [Fact]
    public async Task An_opt_out_that_comes_while_the_hub_is_about_to_take_one_back_stays()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "outAgain", OptedOut());
        _hubspot.Has[(IdentityKey.Person("hubspot", "outAgain"), PersonProperty.Consent)] = "OptedOut";
        await AllAsync(hub, new ConsentAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });
        await hub.LeadAsync(lead, OptedOut() with { DedupeKey = "hubspot|agreed", OccurredAt = Monday.AddHours(1), Email = ConsentState.OptedIn });
        _marketo.BeforePlanned = async () => await hub.LeadAsync(lead, OptedOut() with { DedupeKey = "hubspot|again", OccurredAt = Monday.AddHours(2) });

        await AllAsync(hub, new ConsentAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Equal([(PersonProperty.Consent, "OptedOut")], _marketo.Written);
    }

    [Fact]
    public async Task What_a_person_changed_in_a_tool_just_before_the_hub_wrote_there_comes_back()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "overwritten", Profile(new() { Phone = "1" }));
        _salesforce.Has[(IdentityKey.Person("salesforce", "overwritten"), PersonProperty.Phone)] = "2";
        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });

        await hub.LeadAsync(lead, Profile(new() { Phone = "2" }) with { DedupeKey = "salesforce|person", Connector = "salesforce", Side = ToolSide.Crm, OccurredAt = Monday.AddSeconds(-5) });
        await AllAsync(hub, new ProfileAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ProfileAnnounced { Id = "e3", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Equal([(PersonProperty.Phone, "1"), (PersonProperty.Phone, "2")], _salesforce.Written);
    }

    [Fact]
    public async Task A_write_is_noted_before_it_is_made_so_that_its_echo_never_comes_first()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "race", Claim(FunnelStage.Evaluation, Monday));
        _clock.AdjustTime(Monday.AddHours(1));
        await hub.LeadAsync(lead, Returned(_clock.GetUtcNow()));
        // The echo is there before the tool has even answered.
        _marketo.BeforeWriting = async () => await hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday.AddHours(2), "marketo") with { Raw = "Interest" });

        await AllAsync(hub, new StageChanged { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing, To = FunnelStage.Interest, Connector = "salesforce" });

        var state = await hub.StateAsync(lead);
        Assert.True(state.Facts.Values.OfType<StageClaimed>().Single(claim => claim.Connector == "marketo").IsEchoOf(PersonProperty.Stage));
        Assert.Contains((await hub.Get<LeadQuery>().ExplainAsync(lead, Token))!.NotMoved, left => left is { Effect: FactEffect.Echo, Rule: "own-write" });
    }

    [Fact]
    public async Task The_echo_of_our_stage_write_that_comes_after_the_lead_was_returned_does_not_lift_it_back()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "lateEcho", Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm));
        await hub.LeadAsync(lead, Claim(FunnelStage.Commitment, Monday.AddMinutes(10), "salesforce", ToolSide.Crm));
        // While the hub writes the stage, sales give the lead back.
        _hubspot.BeforeWriting = async () => await hub.LeadAsync(lead, Returned(Monday.AddMinutes(20)));
        await AllAsync(hub, new StageChanged { Id = "e1", LeadId = lead, At = Monday, Team = Team.Sales, To = FunnelStage.Commitment, Connector = "salesforce" });

        await hub.LeadAsync(lead, Claim(FunnelStage.Commitment, Monday.AddMinutes(21)) with { Raw = "Commitment" });

        Assert.Equal(FunnelStage.Interest, JourneyFold.Fold(lead, (await hub.StateAsync(lead)).Facts.Values, Policy).Stage);
    }

    [Fact]
    public async Task After_a_crash_between_noting_and_writing_the_repeat_writes_and_the_write_is_noted_once()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "crashed", Profile(new() { Phone = "030 1" }));
        _salesforce.BeforeWriting = () => throw FakeCrm.Away();
        await Assert.ThrowsAnyAsync<Exception>(() => AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing }));
        Assert.Empty(_salesforce.Written);
        _salesforce.BeforeWriting = () => Task.CompletedTask;

        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Single(_salesforce.Written);
        Assert.Single((await hub.StateAsync(lead)).Ledger.Writes, write => write.Connector == "salesforce");
    }

    [Fact]
    public async Task A_refused_write_is_told_as_refused_and_awaits_no_echo()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "refused", Profile(new() { Phone = "030 1" }));
        _salesforce.BeforeWriting = () => throw FakeCrm.Refusal();

        await Assert.ThrowsAsync<UnrecoverableMessageException>(() => AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing }));

        Assert.Contains((await hub.Get<LeadQuery>().ExplainAsync(lead, Token))!.Steps, step => step is { Rule: "refused", Target: "salesforce" });
        var said = await hub.LeadAsync(lead, Profile(new() { Phone = "030 1" }) with { DedupeKey = "salesforce|row", Connector = "salesforce", Side = ToolSide.Crm });
        Assert.All(said.Facts.Values, fact => Assert.False(fact.IsEchoOf(PersonProperty.Phone)));
    }

    [Fact]
    public async Task Nothing_is_written_for_a_person_who_was_erased_meanwhile()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "erased", Profile(new() { Phone = "030 1" }));
        _salesforce.BeforePlanned = async () => await hub.LeadAsync(lead, Erased());

        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ConsentAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Empty(_salesforce.Written);
    }

    [Fact]
    public async Task While_its_breaker_is_open_a_property_is_written_to_no_tool_and_ops_are_told_once()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadAsync(hub, "breaker", Profile(new() { Phone = "030 1", Company = "Acme" }));
        await hub.Journeys.UpdateAsync(lead, state => new(state with { Ledger = state.Ledger with { Breakers = [new(PersonProperty.Phone, Monday)] } }, []), Token);

        await AllAsync(hub, new ProfileAnnounced { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing });
        await AllAsync(hub, new ProfileAnnounced { Id = "e2", LeadId = lead, At = Monday, Team = Team.Marketing });

        Assert.Empty(_salesforce.Written);
        Assert.Equal([(PersonProperty.Company, "Acme")], _marketo.Written);
        var breaker = Assert.Single((await hub.Get<SyncLoopBreakerFlow>().ListAsync(PageRequest.First, Token)).Items, open => open.LeadId == lead);
        Assert.False(await hub.Get<NoticeStore>().OpenAsync(new($"breaker|{breaker.Id}|{Monday.UtcDateTime:O}", "s", []), Token));
        Assert.Contains((await hub.Get<LeadQuery>().ExplainAsync(lead, Token))!.Steps, step => step is { Rule: "breaker-open", Target: "salesforce" });

        _clock.AdjustTime(Monday + Policy.WriteBack.OverwriteWindow);
        await AllAsync(hub, new ProfileAnnounced { Id = "e3", LeadId = lead, At = _clock.GetUtcNow(), Team = Team.Marketing });

        Assert.Equal([(PersonProperty.Phone, "030 1")], _salesforce.Written);
        Assert.DoesNotContain((await hub.Get<SyncLoopBreakerFlow>().ListAsync(PageRequest.First, Token)).Items, open => open.LeadId == lead);
        Assert.True(await hub.Get<NoticeStore>().OpenAsync(new($"breaker|{breaker.Id}|{Monday.UtcDateTime:O}", "s", []), Token));
    }

    [Fact]
    public async Task Erasure_forgets_a_leads_breakers()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("forgotten");
        await hub.Get<SyncLoopBreakerStore>().PutAsync(new($"{lead}-phone", lead, PersonProperty.Phone, ["hubspot"], Monday, Monday.AddDays(1)), Token);

        Assert.Contains(hub.Get<SyncLoopBreakerStore>(), hub.Get<IEnumerable<IErasable>>());
        await hub.Get<SyncLoopBreakerStore>().EraseAsync(lead, Token);

        Assert.DoesNotContain((await hub.Get<SyncLoopBreakerStore>().PageAsync(PageRequest.First, Token)).Items, breaker => breaker.LeadId == lead);
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [_hubspot, _marketo, _salesforce]);

    /// <summary>As both subscriptions get it.</summary>
    private static async Task AllAsync(TestHub hub, FunnelEvent happened)
    {
        await hub.Get<WriteBackFlow>().WriteBackAsync(happened, ToolSide.Marketing, Token);
        await hub.Get<WriteBackFlow>().WriteBackAsync(happened, ToolSide.Crm, Token);
    }

    private static async Task<LeadId> LeadAsync(TestHub hub, string name, params Fact[] facts)
    {
        await hub.LeadAsync(Id(name), [Known("hubspot", name), Known("marketo", name), Known("salesforce", name, ToolSide.Crm), .. facts]);
        return Id(name);
    }
}
