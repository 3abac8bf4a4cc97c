using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>Events on their way through the whole hub, out of order and more than once.</summary>
public sealed class OrderTests(Azurite azurite)
{
    private const int Events = 5;

    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly FakeReader _tool = new("order");
    private readonly FakeCrm _crm = new("crm");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_order_of_a_leads_events_ends_in_the_same_journey_and_an_older_version_never_overwrites_a_newer()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        var orders = Permutations([.. Enumerable.Range(0, Events)]).ToList();
        Assert.Equal(120, orders.Count);

        // Each lead's events come one after the other, each in a delivery of its own; every other one comes twice.
        for (var turn = 0; turn < Events; turn++)
        {
            await DeliverAsync(hub, [.. orders.SelectMany((order, lead) => Enumerable.Repeat(Version(lead, order[turn]), 1 + ((lead + turn) % 2)))]);
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, orders.Count), Token, async (lead, token) =>
        {
            var state = (await hub.Get<JourneyFlow>().LoadAsync((await hub.Get<IdentityStore>().FindAsync(Person(lead), token))!, token))!;
            var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy);
            var order = string.Join(',', orders[lead]);
            Assert.Equal((order, "third", "+44 1"), (order, journey.Profile.JobTitle, journey.Profile.Phone));
            Assert.Equal((order, "Negotiation", 200m), (order, journey.Deals.Single().Stage, journey.Deals.Single().Amount));
            Assert.Equal([(FunnelStage.Interest, At(0)), (FunnelStage.Evaluation, At(3))], journey.Entries.Select(entry => (entry.Stage, entry.EnteredAt)));
            Assert.Equal(Events, state.Facts.Values.Count(fact => fact is StageClaimed or DealChanged) + state.Facts.Values.Count(fact => fact is ProfileChanged) - 1);
        });
        Assert.Equal((orders.Count, orders.Count), (_crm.Calls, _crm.Records.Values.Select(order => order.Journey.LeadId).Distinct().Count()));
    }

    [Fact]
    public async Task The_same_event_and_the_same_content_in_another_event_change_nothing_downstream_and_a_counter_rises()
    {
        await using var hub = await NewHubAsync("--AzureWebJobs.DeliverToMarketing.Disabled=true");
        using var counters = hub.Count();
        await hub.StartAsync();
        var won = Version(7_000, 4);
        await DeliverAsync(hub, [Version(7_000, 0)]);
        await DeliverAsync(hub, [won]);
        var (said, duplicates) = (await hub.MessagesAsync(FunnelTopic.Name, "to-marketing"), counters["hub.duplicates"]);

        await DeliverAsync(hub, [won, won, won]);
        var afterSame = counters["hub.duplicates"];
        await DeliverAsync(hub, [won with { DedupeKey = $"{won.DedupeKey}|again" }, Version(7_000, 0) with { DedupeKey = "order|7000|0|again" }]);

        Assert.Equal(0, duplicates);
        Assert.True(afterSame >= 3, $"{afterSame} duplicates were counted");
        Assert.Equal(said.Select(message => message.MessageId), (await hub.MessagesAsync(FunnelTopic.Name, "to-marketing")).Select(message => message.MessageId));
        Assert.Equal(1, _crm.Calls);
    }

    [Fact]
    public async Task The_second_update_of_a_record_is_not_dropped_and_a_lead_is_new_only_once()
    {
        await using var hub = await NewHubAsync("--AzureWebJobs.DeliverToMarketing.Disabled=true");
        await hub.StartAsync();
        foreach (var version in new[] { 0, 1, 2 })
        {
            await DeliverAsync(hub, [Version(8_000, version)]);
        }

        var lead = (await hub.Get<IdentityStore>().FindAsync(Person(8_000), Token))!;
        Assert.Equal(["first", "second", "third"], (await hub.StateAsync(lead)).Facts.Values.OfType<ProfileChanged>().OrderBy(fact => fact.OccurredAt).Select(fact => fact.Profile.JobTitle));
        Assert.Single((await hub.EventsAsync<StageChanged>("to-marketing")), changed => changed.LeadId == lead && changed.From is null);
    }

    private Task<TestHub> NewHubAsync(params string[] settings) => TestHub.CreateAsync(azurite, _clock, [_tool, _crm], [.. settings]);

    private static DateTimeOffset At(int version) => Monday.AddHours(version);

    private IdentityKey Person(int lead) => IdentityKey.Person(_tool.Name, $"{lead}");

    /// <summary>What the tools say of a lead, oldest first: met, two titles, a deal, and the deal's next stage. The keys sort the other way round.</summary>
    private SourceEvent Version(int lead, int version)
    {
        var header = new EventHeader($"order|{lead}|{9 - version}", ToolSide.Marketing, At(version)) { People = [Person(lead)] };
        var deal = new DealChangedEvent(header) { Side = ToolSide.Crm, DealId = $"deal-{lead}", Meaning = DealStageMeaning.Open(FunnelStage.Evaluation) };
        return version switch
        {
            0 => new StageChangedEvent(header) { ToStageRaw = "lead", Stage = FunnelStage.Interest, Profile = new() { JobTitle = "first", Phone = "+44 1" } },
            1 => new ContactUpdatedEvent(header) { Profile = new() { JobTitle = "second" } },
            2 => new ContactUpdatedEvent(header) { Profile = new() { JobTitle = "third" } },
            3 => deal with { ToStageRaw = "Proposal", Amount = 100m, Currency = "EUR" },
            4 => deal with { ToStageRaw = "Negotiation", Amount = 200m },
            _ => throw new ArgumentOutOfRangeException(nameof(version)),
        };
    }

    private async Task DeliverAsync(TestHub hub, IReadOnlyList<SourceEvent> events)
    {
        await hub.Get<InboundQueue>().SendAsync([.. events.Select(source => _tool.Delivers(_clock.GetUtcNow(), source))], Token);
        await Eventually.TrueAsync(async () => (await hub.MessagesAsync("inbound", null)).Count + (await hub.MessagesAsync(FunnelTopic.Name, "to-sales")).Count == 0, "all is worked off");
    }

    private static IEnumerable<int[]> Permutations(int[] items) =>
        items.Length <= 1 ? [items] : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}
