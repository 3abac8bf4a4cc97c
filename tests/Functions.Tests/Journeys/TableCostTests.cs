using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Journeys;

/// <summary>How many requests to the tables an event costs. What it costs in time is the load run's to say.</summary>
public sealed class TableCostTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly AskingReader _tool = new();
    private readonly FakeDesk _desk = new();
    private readonly FakeMarketing _marketing = new("mautic");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    public async Task A_new_lead_with_two_keys_costs_four_requests_however_many_leads_there_are(int others)
    {
        await using var hub = await NewHubAsync();
        await AddOthersAsync(hub, others);

        Assert.Equal(4, await RequestsAsync(hub, Claims("new", FunnelStage.Interest, 1)));
        Assert.Equal(Tool(FunnelStage.Interest), await StagesAsync(hub, "new"));
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(5_000, 1)]
    public async Task A_lately_known_lead_costs_one_request_however_many_facts_it_has(int facts, int requests)
    {
        await using var hub = await NewHubAsync();
        await KnowAsync(hub, "lately", facts);

        Assert.Equal(requests, await RequestsAsync(hub, Claims("lately", FunnelStage.Referral, 1)));
        Assert.Equal(Tool(FunnelStage.Interest, FunnelStage.Referral), await StagesAsync(hub, "lately"));
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(5_000, 0)]
    [InlineData(10, 1_000)]
    public async Task A_lead_that_another_instance_knows_costs_a_read_and_a_write(int facts, int others)
    {
        await using (var before = await NewHubAsync())
        {
            await AddOthersAsync(before, others);
            await KnowAsync(before, "elsewhere", facts);
        }

        await using var hub = await NewHubAsync();

        Assert.Equal(2, await RequestsAsync(hub, Claims("elsewhere", FunnelStage.Referral, 1)));
        Assert.Equal(Tool(FunnelStage.Interest, FunnelStage.Referral), await StagesAsync(hub, "elsewhere"));
    }

    [Fact]
    public async Task A_known_lead_costs_two_requests_where_nothing_of_it_is_remembered()
    {
        await using var hub = await NewHubAsync("--Hub:JourneyCacheMegabytes=0");
        await KnowAsync(hub, "forgotten", 10);

        Assert.Equal(2, await RequestsAsync(hub, Claims("forgotten", FunnelStage.Referral, 1)));
    }

    [Fact]
    public async Task A_delivery_of_a_hundred_events_about_ten_known_leads_costs_a_fifth_of_a_request_an_event()
    {
        await using var hub = await NewHubAsync();
        for (var lead = 0; lead < 10; lead++)
        {
            await KnowAsync(hub, $"batch{lead}", 10);
        }

        var requests = await RequestsAsync(hub, [.. Enumerable.Range(0, 100).SelectMany(number => Claims($"batch{number % 10}", FunnelStage.Referral, number))]);

        Assert.InRange(requests, 1, 20);
    }

    [Fact]
    public async Task Events_of_one_new_lead_in_one_delivery_cost_no_more_than_one_of_them()
    {
        await using var hub = await NewHubAsync();

        var requests = await RequestsAsync(hub, [.. Enumerable.Range(0, 20).SelectMany(number => Claims("together", FunnelStage.Interest, number))]);

        Assert.Equal(4, requests);
        Assert.Equal(20, (await StateAsync(hub, "together")).Facts.Values.OfType<StageClaimed>().Count());
    }

    [Fact]
    public async Task Two_hubs_that_meet_one_new_lead_at_once_make_one_lead_with_both_facts()
    {
        await using var one = await NewHubAsync();
        await using var other = await NewHubAsync();
        for (var lead = 0; lead < 20; lead++)
        {
            await Task.WhenAll(TellAsync(one, Claims($"race{lead}", FunnelStage.Interest, 1)), TellAsync(other, Claims($"race{lead}", FunnelStage.Referral, 2)));

            Assert.Equal(Tool(FunnelStage.Interest, FunnelStage.Referral), await StagesAsync(one, $"race{lead}"));
        }
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public async Task A_handoff_costs_one_load_at_most_and_one_commit_from_its_announcement_to_its_recorded_delivery(bool elsewhere, int requests)
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        var deliverer = elsewhere ? other : hub;
        await deliverer.Get<HandoffFlow>().DeliverAsync(await HandOverAsync(deliverer, "before"), Token);
        var announced = await HandOverAsync(hub, "handed");
        using var counters = deliverer.Count();

        await deliverer.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Equal(requests, counters["hub.table.requests"]);
        Assert.Equal(HandoffDelivery.Delivered, Assert.Single((await StateAsync(hub, "handed")).Ledger.Handoffs).Delivery);
    }

    [Fact]
    public async Task A_stage_written_back_costs_its_note_alone()
    {
        await using var hub = await NewHubAsync();
        await HandOverAsync(hub, "written");
        var changed = (await hub.EventsAsync<StageChanged>("to-marketing")).Last(moved => moved.LeadId == Given.Keys.LeadOf(Record("written")));
        await hub.Journeys.ApplyAsync(changed.LeadId, [Known("mautic", "written")], Token);

        // The first write of an hour takes a share of the hour's limit, which serves many more.
        await hub.Get<OutwardBreaker>().AcquireAsync(new("mautic", OutwardKind.Writes), Token);
        using var counters = hub.Count();

        await hub.Get<WriteBackFlow>().WriteBackAsync(changed, ToolSide.Marketing, Token);

        Assert.Equal(1, counters["hub.table.requests"]);
        Assert.NotEmpty(_marketing.Written);
    }

    /// <summary>Makes a lead sales', and returns the event that says so.</summary>
    private async Task<HandoffAnnounced> HandOverAsync(TestHub hub, string who)
    {
        await TellAsync(hub, Claims(who, FunnelStage.Interest, 0));
        await TellAsync(hub, Claims(who, FunnelStage.Evaluation, 1));
        return Assert.Single(await hub.EventsAsync<HandoffAnnounced>("to-sales"), handoff => handoff.LeadId == Given.Keys.LeadOf(Record(who)));
    }

    private Task<TestHub> NewHubAsync(params string[] settings) => TestHub.CreateAsync(azurite, _clock, [_tool, _desk, _marketing], settings);

    private static Task AddOthersAsync(TestHub hub, int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token },
        async (other, token) => await hub.Journeys.ApplyAsync(Id($"other{other}"), [Claim(FunnelStage.Interest, Monday)], token));

    /// <summary>A lead that the tool has told of, with as many facts.</summary>
    private async Task KnowAsync(TestHub hub, string who, int facts)
    {
        await TellAsync(hub, Claims(who, FunnelStage.Interest, 0));
        var touches = Enumerable.Range(0, facts - 2).Select(number => new CampaignTouched
        {
            DedupeKey = $"{who}|touch|{number}",
            Connector = _tool.Name,
            Side = ToolSide.Marketing,
            OccurredAt = Monday.AddDays(-1).AddSeconds(number),
            ReceivedAt = Monday,
            Touch = TouchKind.Click,
        });
        await hub.Journeys.ApplyAsync(Given.Keys.LeadOf(Record(who)), [.. touches], Token);
        Assert.Equal(facts, (await StateAsync(hub, who)).Facts.Values.Sum(fact => fact is FactsSummed sum ? sum.Count : 1));
    }

    private SourceEvent[] Claims(string who, FunnelStage stage, int number) =>
    [
        new StageChangedEvent(new EventHeader($"{who}|{stage}|{number}", ToolSide.Marketing, Monday.AddMinutes(number)))
        {
            People = [Record(who)],
            Stage = stage,
            ToStageRaw = stage.ToString(),
            NeedsEnrichment = ["email"],
        },
    ];

    private async Task<long> RequestsAsync(TestHub hub, SourceEvent[] events)
    {
        // The tables are made with the first request to them.
        await TellAsync(hub, Claims($"first{events[0].DedupeKey}", FunnelStage.Interest, 1));
        using var counters = hub.Count();
        await TellAsync(hub, events);
        return counters["hub.table.requests"];
    }

    private Task TellAsync(TestHub hub, SourceEvent[] events) =>
        hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(Monday, events), $"message {events[0].DedupeKey}", again: false, Token);

    private async Task<JourneyState> StateAsync(TestHub hub, string who) => await hub.StateAsync(Given.Keys.LeadOf(Record(who)));

    private async Task<IEnumerable<FunnelStage?>> StagesAsync(TestHub hub, string who) =>
        (await StateAsync(hub, who)).Facts.Values.OfType<StageClaimed>().Select(claim => claim.Stage).Order();

    private static IEnumerable<FunnelStage?> Tool(params FunnelStage?[] stages) => stages;

    private IdentityKey Record(string who) => IdentityKey.Person(_tool.Name, $"{nameof(TableCostTests)}|{who}");

    /// <summary>A tool whose webhooks name records only: whoever is met for the first time is asked for by their address.</summary>
    private sealed class AskingReader() : FakeReader("hubspot"), IEventEnricher
    {
        public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<SourceEvent>>([.. events.Select(source => source with { SubjectEmail = AddressOf(source) })]);

        private static string AddressOf(SourceEvent source) => $"{string.Concat(source.People[0].Id.Where(char.IsAsciiLetterOrDigit))}@cost.example.com";
    }
}
