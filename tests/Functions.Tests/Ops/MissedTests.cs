using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Polling;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

/// <summary>Ops see what a connector misses: events that do not arrive, and events that it cannot read.</summary>
public sealed class MissedTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kind_of_event_that_is_not_read_is_counted_and_listed_in_health()
    {
        var tool = new FakeReader("unread");
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [tool]);
        await HandleAsync(hub, tool.Delivers(Monday, NotRead("one", "company.creation"), NotRead("two", "company.creation"), NotRead("three", "ticket.creation")));
        await hub.Get<MissedStore>().FlushAsync(Token);
        await HandleAsync(hub, tool.Delivers(Monday, NotRead("four", "company.creation")));

        var report = await hub.Get<HealthFlow>().CheckAsync(Token);

        Assert.Equal([new("company.creation", 3, Monday), new("ticket.creation", 1, Monday)], Assert.Single(report.Connectors).NotRead);
        Assert.Equal(HealthReport.Healthy, report.Status);
    }

    [Fact]
    public async Task The_list_of_kinds_that_are_not_read_ends_however_many_there_are()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeReader("long")]);
        var missed = hub.Get<MissedStore>();
        for (var kind = 0; kind < MissedStore.KindsListed + 10; kind++)
        {
            missed.NoteUnread("long", $"kind {kind:000}{new string('x', 1_000)}");
        }

        await missed.FlushAsync(Token);

        var kinds = (await hub.Get<HealthFlow>().CheckAsync(Token)).Connectors[0].NotRead;
        Assert.Equal((MissedStore.KindsListed + 1, 10L), (kinds.Count, kinds.Single(kind => kind.Kind == MissedStore.Others).Count));
        Assert.All(kinds, kind => Assert.InRange(kind.Kind.Length, 1, 100));
    }

    [Fact]
    public async Task Records_are_read_again_from_before_a_gap_and_health_says_so_until_then_and_after()
    {
        var source = new FakeSource("gap", rows: 5, perPage: 5);
        var tool = new FakeReader("gap");
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [source]);
        await using var reading = await TestHub.CreateAsync(azurite, _clock, [tool]);
        await hub.Get<PollFlow>().PollAllAsync(Token);

        await HandleAsync(reading, tool.Delivers(Monday, Gap("later", 4), Gap("earlier", 2)));

        var before = await hub.Get<HealthFlow>().CheckAsync(Token);
        Assert.Equal([new("Lead", Monday.AddMinutes(2), null)], Assert.Single(before.Connectors).Gaps);
        Assert.Contains("Connector gap lost events of Lead; the records are read again with the next poll.", before.Problems);

        await hub.Get<PollFlow>().PollAllAsync(Token);
        await hub.Get<PollFlow>().PollAllAsync(Token);

        Assert.Equal([null, "2", "5"], source.AskedFrom);
        var after = await hub.Get<HealthFlow>().CheckAsync(Token);
        Assert.Equal([new("Lead", Monday.AddMinutes(2), Monday)], Assert.Single(after.Connectors).Gaps);
        Assert.Empty(after.Problems);
    }

    private static Task HandleAsync(TestHub hub, Delivery delivery) => hub.Get<ProcessFlow>().HandleAsync(delivery, "message", again: false, Token);

    private static UnreadEvent NotRead(string key, string kind) => new(new EventHeader(key, ToolSide.Marketing, null)) { VendorKind = kind };

    private static ResyncEvent Gap(string key, int minute) =>
        new(new EventHeader(key, ToolSide.Crm, null)) { Gap = new("Lead", Monday.AddMinutes(minute)) };
}
