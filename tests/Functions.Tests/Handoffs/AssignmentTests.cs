using System.Collections.Immutable;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Handoffs;

/// <summary>Whom handoffs are given to, with the tables and the bus. Each test has its own team's rota, as the tests share the tables.</summary>
public sealed class AssignmentTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly FakeCrm _crm = new();
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_gets_a_lead_is_noted_before_the_crm_hears_of_it()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea"));
        var announced = await AnnouncedAsync(hub, "before");
        _crm.Fails = _ => FakeCrm.Away();

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<HandoffFlow>().DeliverAsync(announced, Token));

        var given = Assert.Single((await HandoffAsync(hub, announced)).Assignments);
        Assert.Equal((Name("ada"), HandoffRoutingRules.RoundRobin, null), (given.Owner, given.Rule, given.DeliveredAt));
        Assert.Empty(_crm.Records);
    }

    [Fact]
    public async Task A_retry_gives_the_same_person_and_takes_nobodys_turn()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea"));
        var first = await AnnouncedAsync(hub, "retried");
        _crm.Fails = call => call <= 2 ? FakeCrm.Away() : null;
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<HandoffFlow>().DeliverAsync(first, Token));
        }

        await hub.Get<HandoffFlow>().DeliverAsync(first, Token);
        var second = await DeliveredAsync(hub, "next");

        Assert.Equal([Name("ada")], (await HandoffAsync(hub, first)).Assignments.Select(given => given.Owner));
        Assert.Equal($"005{Name("ada")}", _crm.Records[first.HandoffId].OwnerId);
        Assert.Equal(Name("bea"), (await HandoffAsync(hub, second)).Owner);
    }

    [Fact]
    public async Task After_a_crash_between_the_turn_and_the_note_the_repeat_gives_the_same_person()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", capacity: 5));
        var announced = await AnnouncedAsync(hub, "crashed");
        var handoff = await HandoffAsync(hub, announced);
        var rotas = hub.Get<RoundRobinStore>();
        var read = await rotas.LoadAsync(Token);
        var reserved = new Assignment { Owner = Name("bea"), Rule = HandoffRoutingRules.RoundRobin, Why = "it was her turn", Connector = "salesforce", At = Monday };
        await rotas.ReserveAsync(read, read.LastInTurn, new(handoff.Id, announced.LeadId, 0, reserved), Token);

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal((Name("bea"), "it was her turn"), ((await HandoffAsync(hub, announced)).Owner, (await HandoffAsync(hub, announced)).Assignments[0].Why));
    }

    [Fact]
    public async Task Of_two_who_reserve_at_once_the_second_is_told_to_decide_again()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea"));
        var rotas = hub.Get<RoundRobinStore>();
        await DeliveredAsync(hub, "any");
        var read = await rotas.LoadAsync(Token);
        Reservation For(string handoff) => new($"{_run}{handoff}", Id("any"), 0, new() { Owner = Name("ada"), Rule = HandoffRoutingRules.RoundRobin, Why = "", Connector = "salesforce", At = Monday });

        await rotas.ReserveAsync(read, read.LastInTurn, For("a"), Token);
        await Assert.ThrowsAnyAsync<Azure.RequestFailedException>(() => rotas.ReserveAsync(read, read.LastInTurn, For("b"), Token));
        Assert.DoesNotContain((await rotas.LoadAsync(Token)).Reservations, reserved => reserved.HandoffId == $"{_run}b");
    }

    [Fact]
    public async Task Many_leads_at_once_go_round_and_nobody_gets_more_than_they_have_room_for()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", capacity: 3));
        List<HandoffAnnounced> announced = [];
        for (var i = 0; i < 8; i++)
        {
            announced.Add(await AnnouncedAsync(hub, $"many{i}"));
        }

        await Task.WhenAll(announced.Select(handoff => hub.Get<HandoffFlow>().DeliverAsync(handoff, Token)));

        var owners = new List<string?>();
        foreach (var handoff in announced)
        {
            owners.Add((await HandoffAsync(hub, handoff)).Owner);
        }

        Assert.Equal((3, 3, 2), (owners.Count(owner => owner == Name("ada")), owners.Count(owner => owner == Name("bea")), owners.Count(owner => owner == Name("zoe"))));
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("returned")]
    [InlineData("erased")]
    [InlineData("lost")]
    public async Task Room_is_free_again_once_a_handoff_no_longer_waits(string end)
    {
        await using var hub = await NewHubAsync(Team("ada", capacity: 1));
        var first = await DeliveredAsync(hub, $"{end}First");
        Assert.Equal(Name("zoe"), (await HandoffAsync(hub, await DeliveredAsync(hub, $"{end}Full"))).Owner);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await hub.Journeys.ApplyAsync(first.LeadId, [End(end)], Token);
        var third = await DeliveredAsync(hub, $"{end}Third");

        Assert.Equal(Name("ada"), (await HandoffAsync(hub, third)).Owner);
    }

    [Fact]
    public async Task A_handoff_that_nobody_takes_up_goes_to_the_next_and_then_to_the_fallback_once_each()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", rerouteAfter: TimeSpan.FromHours(2)));
        await hub.StartAsync();
        var announced = await AnnouncedAsync(hub, "lapsed");
        await GivenAsync(hub, announced, 1);

        foreach (var (hours, owners) in new[] { (2, 2), (2, 3), (9, 3) })
        {
            _clock.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1));
            await SweepAsync(hub);
            Assert.Equal(Math.Min(owners, hours == 9 ? 3 : owners - 1), (await HandoffAsync(hub, announced)).Assignments.Length);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await SweepAsync(hub);
            await SweepAsync(hub);
            await GivenAsync(hub, announced, owners);
        }

        var handoff = await HandoffAsync(hub, announced);
        Assert.Equal([Name("ada"), Name("bea"), Name("zoe")], handoff.Assignments.Select(given => given.Owner));
        Assert.Equal([HandoffRoutingRules.RoundRobin, HandoffRoutingRules.Rerouted, HandoffRoutingRules.ReroutedToFallback], handoff.Assignments.Select(given => given.Rule));
        Assert.Equal(3, _crm.CallsFor(handoff.Id));
        Assert.Equal($"005{Name("zoe")}", _crm.Records[handoff.Id].OwnerId);
        Assert.Equal([$"005{Name("ada")}", $"005{Name("bea")}"], _crm.Records[handoff.Id].GivenBefore);
    }

    [Fact]
    public async Task Who_takes_it_up_keeps_it()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", rerouteAfter: TimeSpan.FromHours(2)));
        var announced = await DeliveredAsync(hub, "taken");
        _clock.Advance(TimeSpan.FromHours(1));
        await hub.Journeys.ApplyAsync(announced.LeadId, [End("accepted")], Token);

        _clock.Advance(TimeSpan.FromHours(9));
        await SweepAsync(hub);

        Assert.Single((await HandoffAsync(hub, announced)).Assignments);
    }

    [Fact]
    public async Task What_is_taken_up_between_the_lapse_and_the_next_owner_stays_where_it_is()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", rerouteAfter: TimeSpan.FromHours(2)));
        var announced = await DeliveredAsync(hub, "meanwhile");
        _clock.Advance(TimeSpan.FromHours(2));
        await SweepAsync(hub);
        await hub.Journeys.ApplyAsync(announced.LeadId, [End("accepted")], Token);

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        var given = Assert.Single((await HandoffAsync(hub, announced)).Assignments);
        Assert.Equal((Name("ada"), _clock.GetUtcNow()), (given.Owner, given.LapsedAt));
        Assert.Equal(1, _crm.Calls);
    }

    [Fact]
    public async Task A_record_that_somebody_has_taken_already_stays_theirs_and_goes_to_nobody_else()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea", rerouteAfter: TimeSpan.FromHours(2)));
        _crm.KeptBy = "005theirs";
        var announced = await DeliveredAsync(hub, "kept");
        _clock.Advance(TimeSpan.FromHours(9));
        await SweepAsync(hub);

        var view = (await hub.Get<LeadQuery>().FindAsync(announced.LeadId, Token))!.Handoffs.Single();
        var why = await hub.Get<LeadQuery>().ExplainAsync(announced.LeadId, Token);

        Assert.Equal(("005theirs", 1), (view.Owner, view.Assignments.Count));
        Assert.Contains(why!.Steps, step => step.Step == WhyStepKind.Routed && step.Reason.Contains("the record stays with 005theirs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_answer_and_the_explanation_tell_owner_route_and_reason()
    {
        await using var hub = await NewHubAsync(Team("ada", "bea"));
        var announced = await DeliveredAsync(hub, "told");

        var view = (await hub.Get<LeadQuery>().FindAsync(announced.LeadId, Token))!.Handoffs.Single();
        var why = await hub.Get<LeadQuery>().ExplainAsync(announced.LeadId, Token);

        Assert.Equal((Name("ada"), "1"), (view.Owner, view.Route));
        Assert.Contains(why!.Steps, step => (step.Step, step.Rule) == (WhyStepKind.Routed, HandoffRoutingRules.RoundRobin) && step.Reason == $"route 1: {Name("ada")} is next in turn and at work");
    }

    [Fact]
    public async Task Of_an_erased_person_no_reservation_is_left()
    {
        await using var hub = await NewHubAsync(Team("ada", capacity: 2));
        var announced = await DeliveredAsync(hub, "forgotten");
        var rotas = hub.Get<RoundRobinStore>();
        Assert.Contains((await rotas.LoadAsync(Token)).Reservations, reserved => reserved.LeadId == announced.LeadId);

        foreach (var records in hub.GetAll<IErasable>())
        {
            await records.EraseAsync(announced.LeadId, Token);
        }

        Assert.DoesNotContain((await rotas.LoadAsync(Token)).Reservations, reserved => reserved.LeadId == announced.LeadId);
    }

    [Fact]
    public async Task A_fallback_beyond_their_room_keeps_no_more_reservations_than_they_have_room_for()
    {
        var policy = Team("ada", capacity: 1);
        var sales = policy.Routing.Teams[Funnel.Team.Sales];
        var bounded = sales with { Fallback = new(Name("zoe"), BusinessCalendar.Always, []) { Capacity = 2, Ids = sales.Fallback.Ids } };
        await using var hub = await NewHubAsync(policy with { Routing = new() { Teams = policy.Routing.Teams.SetItem(Funnel.Team.Sales, bounded) } });

        foreach (var number in Enumerable.Range(0, 6))
        {
            await DeliveredAsync(hub, $"beyond{number}");
        }

        var owners = (await hub.Get<RoundRobinStore>().LoadAsync(Token)).Reservations.Select(reserved => reserved.Assignment.Owner);
        Assert.Equal([Name("ada"), Name("zoe"), Name("zoe")], owners.Where(owner => owner.EndsWith(_run, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private Fact End(string end) => end switch
    {
        "accepted" => new HandoffAccepted { DedupeKey = "salesforce|accepted", Connector = "salesforce", Side = ToolSide.Crm, OccurredAt = _clock.GetUtcNow(), ReceivedAt = _clock.GetUtcNow() },
        "returned" => Returned(_clock.GetUtcNow()),
        "erased" => Erased() with { OccurredAt = _clock.GetUtcNow() },
        "lost" => OpenDeal("lost", null, null, _clock.GetUtcNow()) with { Status = DealStatus.Lost },
        _ => throw new InvalidOperationException(end),
    };

    private string Name(string owner) => $"{owner}{_run}";

    /// <summary>The funnel of <see cref="Policy"/>, with these people in sales, and zoe for leads that none of them covers.</summary>
    private FunnelSettings Team(string first, string? second = null, int? capacity = null, TimeSpan? rerouteAfter = null)
    {
        HandoffOwner Person(string name, int? room) => new(Name(name), BusinessCalendar.Always, [])
        {
            Capacity = room, Ids = ImmutableDictionary<string, string>.Empty.Add("salesforce", $"005{Name(name)}"),
        };
        var team = new TeamRoutes
        {
            Routes = [new() { Name = "1", Connector = "salesforce", RoundRobin = [.. new[] { first, second }.OfType<string>().Select(name => Person(name, capacity))] }],
            Fallback = Person("zoe", null),
            Connector = "salesforce",
            RerouteAfter = rerouteAfter,
        };
        return Policy with { Routing = new() { Teams = ImmutableDictionary<string, TeamRoutes>.Empty.Add(Funnel.Team.Sales, team) } };
    }

    private Task<TestHub> NewHubAsync(FunnelSettings policy) => TestHub.CreateAsync(policy, azurite, _clock, [_crm]);

    private async Task<HandoffAnnounced> AnnouncedAsync(TestHub hub, string name)
    {
        var lead = Id($"{_run}{name}");
        var state = await hub.LeadAsync(lead, Claim(FunnelStage.Evaluation, _clock.GetUtcNow()));
        return new HandoffAnnounced { Id = "e1", LeadId = lead, At = _clock.GetUtcNow(), Team = Funnel.Team.Sales, HandoffId = state.Ledger.Handoffs.Single().Id };
    }

    private async Task<HandoffAnnounced> DeliveredAsync(TestHub hub, string name)
    {
        var announced = await AnnouncedAsync(hub, name);
        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);
        return announced;
    }

    private static Task SweepAsync(TestHub hub) => hub.Get<StallFlow>().SweepAsync(Token);

    private static Task GivenAsync(TestHub hub, HandoffAnnounced announced, int times) => Eventually.TrueAsync(
        async () => (await HandoffAsync(hub, announced)) is { Assignments: [.., { DeliveredAt: not null }] given } && given.Length == times,
        $"it was given {times} times");

    private static async Task<Handoff> HandoffAsync(TestHub hub, HandoffAnnounced announced) =>
        (await hub.StateAsync(announced.LeadId)).Ledger.Handoffs.Single(handoff => handoff.Id == announced.HandoffId);
}
