using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs.Models;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Tests.Archive;
using IntegrationHub.Functions.Webhooks;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class BodyStoreTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InboundMessage.LargestBody, 0)]
    [InlineData(InboundMessage.LargestBody + 1, 1)]
    public async Task A_body_goes_to_a_blob_only_when_it_exceeds_a_message(int bytes, int blobs)
    {
        await using var hub = await NewHubAsync();
        var message = await hub.Get<BodyStore>().FitAsync(new(Random(bytes)), InboundMessage.LargestBody, Token);

        Assert.Equal(blobs, (await NamesAsync(hub)).Count);
        Assert.Equal(Random(bytes), (await hub.Get<BodyStore>().ReadAsync(Receive(message), Token)).ToArray());
    }

    [Fact]
    public async Task A_single_event_that_does_not_compress_is_accepted_processed_and_lies_nowhere_in_plain()
    {
        await using var hub = await NewHubAsync();
        var text = Convert.ToBase64String(Random(500_000));
        var delivery = _tool.Delivers(Monday, new ActivityEvent(new EventHeader("big", ToolSide.Marketing, Monday) { People = [Record] })
        {
            Touch = TouchKind.Form,
            Detail = text,
        });

        var message = Assert.Single(await hub.Get<InboundQueue>().ToMessagesAsync(delivery, Token));
        await hub.Get<InboundQueue>().SendAsync([message], Token);

        Assert.Equal(0, message.Body.ToMemory().Length);
        var name = Assert.Single(await NamesAsync(hub));
        var blob = (await (await hub.Get<HubBlobs>().GetAsync(HubBlobs.Bodies, Token)).GetBlobClient(name).DownloadContentAsync(Token)).Value.Content;
        Assert.False(blob.ToMemory().Span.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]));
        await hub.StartAsync();
        await Eventually.TrueAsync(
            async () => await hub.Journeys.LoadAsync(Given.Keys.LeadOf(Record), Token) is { } state && state.Facts.Values.OfType<CampaignTouched>().Any(fact => fact.Detail == text),
            "the event was processed");
    }

    [Fact]
    public async Task A_large_body_without_a_bus_goes_through_the_spool_under_its_reference()
    {
        await using var hub = await NewHubAsync();
        var delivery = DeliveryOf(Random(150 * 1024));
        var message = Assert.Single(await hub.Get<InboundQueue>().ToMessagesAsync(delivery, Token));
        await hub.Get<SpoolStore>().AddAsync(message, Token);

        await hub.Get<SpoolFlow>().DrainAsync(Token);

        var queued = Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null));
        Assert.Equal(delivery.Body, InboundMessage.Read(queued, await hub.Get<BodyStore>().ReadAsync(queued, Token)).Body);
    }

    [Fact]
    public async Task A_delivery_larger_than_a_row_is_parked_and_kept_for_a_review_with_all_of_it()
    {
        await using var hub = await NewHubAsync();
        var delivery = DeliveryOf(Random(3 * 1024 * 1024));

        await hub.Get<ParkedDeliveryStore>().AddAsync(delivery, [new("unreadable", "no JSON")], Token);
        await hub.Get<ReviewStore>().ParkAsync("review", delivery, "m1", Token);

        var kept = Assert.Single(await hub.Get<ReviewStore>().KeptAsync("review", Token)).Message;
        Assert.Equal(delivery.Body, InboundMessage.Read(Receive(kept), await hub.Get<BodyStore>().ReadAsync(Receive(kept), Token)).Body);
        Assert.Equal(2, (await NamesAsync(hub)).Count);
    }

    [Fact]
    public async Task A_body_that_is_gone_or_has_another_key_is_unrecoverable_and_says_so()
    {
        await using var hub = await NewHubAsync();
        var message = await hub.Get<BodyStore>().FitAsync(new(Random(100)), 1, Token);
        var reference = (string)message.ApplicationProperties[BodyStore.ReferenceProperty];
        var other = new ServiceBusMessage { ApplicationProperties = { [BodyStore.ReferenceProperty] = $"{reference.Split(' ')[0]} k9:AAAA" } };

        Assert.Equal("body-gone", (await Assert.ThrowsAsync<UnrecoverableMessageException>(() => hub.Get<BodyStore>().ReadAsync(Receive(other), Token))).Reason);
        await (await hub.Get<HubBlobs>().GetAsync(HubBlobs.Bodies, Token)).DeleteBlobAsync(reference.Split(' ')[0], cancellationToken: Token);
        Assert.Equal("body-gone", (await Assert.ThrowsAsync<UnrecoverableMessageException>(() => hub.Get<BodyStore>().ReadAsync(Receive(message), Token))).Reason);
    }

    [Fact]
    public async Task Bodies_go_when_nothing_can_refer_to_them_any_more()
    {
        await using var hub = await NewHubAsync();
        await hub.Get<BodyStore>().FitAsync(new(Random(100)), 1, Token);
        _clock.Advance(BodyStore.KeepFor);
        await hub.Get<BodyStore>().FitAsync(new(Random(100)), 1, Token);
        await hub.Get<BodyStore>().RemoveOldAsync(10, Token);
        Assert.Equal(2, (await NamesAsync(hub)).Count);

        _clock.Advance(TimeSpan.FromDays(1));
        await hub.Get<BodyStore>().RemoveOldAsync(10, Token);

        Assert.Single(await NamesAsync(hub));
    }

    private static IdentityKey Record => IdentityKey.Person("tool", "big");

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [_tool]);

    private static byte[] Random(int bytes)
    {
        var body = new byte[bytes];
        new Random(1).NextBytes(body);
        return body;
    }

    private static Delivery DeliveryOf(byte[] body) =>
        new() { Connector = "none", Headers = new Dictionary<string, string>(), Body = body, ReceivedAt = Monday };

    private static ServiceBusReceivedMessage Receive(ServiceBusMessage message) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(body: message.Body, properties: message.ApplicationProperties);

    private static async Task<IReadOnlyList<string>> NamesAsync(TestHub hub)
    {
        var container = await hub.Get<HubBlobs>().GetAsync(HubBlobs.Bodies, Token);
        return await container.GetBlobsAsync(new GetBlobsOptions(), Token).Select(blob => blob.Name).ToListAsync(Token);
    }
}
