using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class EnrichFlowTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_the_vendor_refuses_holds_back_no_other()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var vendor = new PickyVendor(HttpStatusCode.BadRequest, refused: [17]);

        var enriched = await new EnrichFlow(hub.Get<IdentityStore>(), hub.Get<ConnectorGate>()).RunAsync(vendor, Strangers(100), false, Token);

        Assert.Equal(99, enriched.Events.Count);
        Assert.DoesNotContain(enriched.Events, source => source.DedupeKey == "17");
        Assert.Equal(HttpStatusCode.BadRequest, enriched.Refused?.Status);
        Assert.InRange(vendor.Calls, 2, 16);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, 1)]
    [InlineData(HttpStatusCode.BadRequest, 25)]
    public async Task A_vendor_that_refuses_everything_is_not_asked_for_each(HttpStatusCode status, int mostCalls)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var vendor = new PickyVendor(status, refused: [.. Enumerable.Range(0, 100)]);

        await Assert.ThrowsAsync<VendorRefusedException>(() => new EnrichFlow(hub.Get<IdentityStore>(), hub.Get<ConnectorGate>()).RunAsync(vendor, Strangers(100), false, Token));

        Assert.InRange(vendor.Calls, 1, mostCalls);
    }

    [Fact]
    public async Task A_stranger_is_asked_for_by_an_event_that_lacks_nothing_itself_and_a_known_person_is_not()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), []);
        var vendor = new PickyVendor(HttpStatusCode.BadRequest, refused: []);
        var (stranger, known) = (Strangers(1)[0] with { NeedsEnrichment = [], IsPartial = true }, Strangers(2)[1] with { NeedsEnrichment = [], IsPartial = true, DedupeKey = "99" });
        known = known with { People = [known.People[0] with { Id = $"{known.People[0].Id}|known" }] };
        await hub.Get<IdentityStore>().LinkAsync(Given.Keys.LeadOf(Strangers(3)[2].People[0]), known.People[0], Token);

        await new EnrichFlow(hub.Get<IdentityStore>(), hub.Get<ConnectorGate>()).RunAsync(vendor, [known], false, Token);
        Assert.Equal(0, vendor.Calls);
        await new EnrichFlow(hub.Get<IdentityStore>(), hub.Get<ConnectorGate>()).RunAsync(vendor, [stranger], false, Token);
        Assert.Equal(1, vendor.Calls);
    }

    [Fact]
    public async Task A_vendor_that_does_not_tell_what_its_events_lack_shows_as_failing()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new PickyVendor(HttpStatusCode.Forbidden, refused: [0])]);
        var delivery = new Delivery { Connector = "picky", Headers = new Dictionary<string, string>(), Body = default, ReceivedAt = Monday };

        await Assert.ThrowsAsync<VendorRefusedException>(() => hub.Get<ProcessFlow>().HandleAsync(delivery, "message", false, Token));

        Assert.True((await hub.Get<ConnectorStateStore>().GetAllAsync(Token))["picky"].Failing);
    }

    private static IReadOnlyList<ContactCreatedEvent> Strangers(int count) => [.. Enumerable.Range(0, count).Select(id => new ContactCreatedEvent(new EventHeader($"{id}", ToolSide.Marketing, null))
    {
        People = [IdentityKey.Person("picky", $"{nameof(EnrichFlowTests)}|{id}")],
        NeedsEnrichment = ["email"],
    })];

    /// <summary>A vendor that answers for many at once or, where it does not like one of them, for none.</summary>
    private sealed class PickyVendor(HttpStatusCode status, HashSet<int> refused) : IDeliveryReader, IEventEnricher
    {
        public string Name => "picky";

        public string Type => "Fake";

        public int Calls { get; private set; }

        public IReadOnlyList<SourceEvent> Read(Delivery delivery) => Strangers(1);

        public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
        {
            Calls++;
            return events.Any(source => refused.Contains(int.Parse(source.DedupeKey, null)))
                ? throw new VendorRefusedException(Name, "POST /batch/read", status, null)
                : Task.FromResult(events);
        }
    }
}
