using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Whatever comes first and however often: the same events make the same persons with the same journeys.</summary>
public sealed class GroupingProperty(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_order_and_repetition_of_events_gives_the_same_leads_with_the_same_journeys(int seed)
    {
        var first = await PlayAsync(seed, order: 0);
        for (var order = 1; order <= 3; order++)
        {
            Assert.Equal(first, await PlayAsync(seed, order));
        }
    }

    /// <summary>Plays the events of a seed in an order, some of them twice, and describes the leads that came of it.</summary>
    private async Task<IReadOnlyList<string>> PlayAsync(int seed, int order)
    {
        var world = Guid.NewGuid().ToString("N")[..8];
        var (marketing, crm) = (new FakeTool("hubspot", world), new FakeTool("salesforce", world));
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday.AddDays(1)), [marketing, crm]);
        await hub.StartAsync();
        var events = EventsOf(new Random(seed), marketing, crm);
        var shuffle = new Random(order);
        var played = events.Concat(events.Where(_ => order > 0 && shuffle.Next(3) == 0)).ToArray();
        if (order > 0)
        {
            shuffle.Shuffle(played);
        }

        foreach (var (tool, told) in played)
        {
            await hub.TellAsync(tool, told);
        }

        await Eventually.TrueAsync(async () => (await hub.MessagesAsync(InboundQueue.Name, null)).Count == 0 && !(await OpenAsync(hub, world)), "what was kept has been put on journeys");
        return await DescribeAsync(hub, events.SelectMany(told => told.Event.People.Concat((told.Event as ContactMergedEvent)?.Merged ?? [])).Distinct(), world);
    }

    /// <summary>Three persons, each known to two tools under several records and addresses. No address is two persons', and where a tool has two records of one it says at some time that they are one.</summary>
    private static List<(FakeTool Tool, SourceEvent Event)> EventsOf(Random random, FakeTool marketing, FakeTool crm)
    {
        var events = new List<(FakeTool, SourceEvent)>();
        var minute = 0;
        for (var person = 0; person < 3; person++)
        {
            string[] contacts = [.. Enumerable.Range(0, 1 + random.Next(2)).Select(i => $"contact-{person}{i}")];
            string[] records = [$"lead-{person}", $"contact-{person}"];
            string[] addresses = [.. Enumerable.Range(0, 1 + random.Next(2)).Select(i => $"who{person}{i}")];
            for (var i = 0; i < 5; i++)
            {
                var who = random.Next(3) == 0 ? null : addresses[random.Next(addresses.Length)];
                var stage = (FunnelStage)random.Next(4);
                events.Add(random.Next(2) == 0
                    ? (marketing, marketing.Stage(stage, minute += 2, contacts[random.Next(contacts.Length)], who))
                    : (crm, crm.Stage(stage, minute += 2, records[random.Next(2)], who, ToolSide.Crm)));
            }

            if (contacts.Length > 1)
            {
                events.Add((marketing, marketing.Merge(minute += 2, contacts[0], contacts[1])));
            }

            if (random.Next(2) == 0)
            {
                var converted = crm.Stage(FunnelStage.Evaluation, minute += 2, records[0], null, ToolSide.Crm);
                events.Add((crm, converted with { People = [.. converted.People, crm.Record(records[1])] }));
            }
        }

        return events;
    }

    /// <summary>For each lead its records, and the hash of its journey under an id and in a world that are the same for every run.</summary>
    private static async Task<IReadOnlyList<string>> DescribeAsync(TestHub hub, IEnumerable<IdentityKey> records, string world)
    {
        var leads = new Dictionary<LeadId, SortedSet<string>>();
        foreach (var record in records)
        {
            var lead = await hub.Get<JourneyReader>().ResolveAsync((await hub.ForgetfulIdentities().FindAsync(record, Token))!, Token);
            leads.TryAdd(lead, []);
            leads[lead].Add(record.Canonical.Replace(world, "", StringComparison.Ordinal));
        }

        var described = new List<string>();
        foreach (var (lead, its) in leads)
        {
            var facts = (await hub.StateAsync(lead)).Facts.Values.Select(fact => JsonSerializer.Deserialize<Fact>(
                JsonSerializer.Serialize(fact, HubJson.Options).Replace(world, "00000000", StringComparison.Ordinal), HubJson.Options)!);
            var journey = JourneyFold.Fold(Id("the same"), facts.ToImmutableArray(), Policy);
            described.Add($"{string.Join(' ', its)}: {journey.Stage} {string.Join(' ', journey.Entries.Select(entry => $"{entry.Stage}@{entry.EnteredAt:HH:mm}"))} {journey.Hash}");
        }

        return [.. described.Order(StringComparer.Ordinal)];
    }

    private static async Task<bool> OpenAsync(TestHub hub, string world) =>
        (await hub.Get<ReviewStore>().OpenAsync(PageRequest.First, Token)).Items.Any(review => review.Records.Any(record => record.Id.EndsWith(world, StringComparison.Ordinal)));
}
