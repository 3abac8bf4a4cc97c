using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class SpoolFlowTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_that_is_too_large_for_one_message_comes_out_of_the_spool_in_parts()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new FakeWebhook()]);
        var body = new byte[500 * 1024];
        new Random(1).NextBytes(body);

        var intake = await hub.WithoutBusAsync(() => hub.Get<WebhookReceiver>().ReceiveAsync("played", "", Request(body), Token));
        var untilDrained = await DrainAsync(hub);
        var parts = new List<Delivery>();
        foreach (var message in untilDrained)
        {
            parts.Add(InboundMessage.Read(message, await hub.Get<BodyStore>().ReadAsync(message, Token)));
        }

        Assert.Equal(ReceiveOutcome.Spooled, intake.Outcome);
        Assert.Equal(body, parts.OrderBy(part => part.Header("part"), StringComparer.Ordinal).SelectMany(part => part.Body.ToArray()));
    }

    [Fact]
    public async Task A_delivery_that_the_bus_took_too_late_and_the_spool_as_well_is_on_the_queue_once()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new FakeWebhook()]);
        var delivery = new Delivery { Connector = "played", Headers = new Dictionary<string, string>(), Body = new byte[] { 1 }, ReceivedAt = Monday };
        var messages = await hub.Get<InboundQueue>().ToMessagesAsync(delivery, Token);
        await hub.Get<InboundQueue>().SendAsync(messages, Token);
        await hub.Get<SpoolStore>().AddAsync(messages[0], Token);

        Assert.Single(await DrainAsync(hub));
    }

    private static async Task<IReadOnlyList<Azure.Messaging.ServiceBus.ServiceBusReceivedMessage>> DrainAsync(TestHub hub)
    {
        await hub.Get<SpoolFlow>().DrainAsync(Token);
        return await hub.MessagesAsync(InboundQueue.Name, null);
    }

    private static HttpRequest Request(byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.ContentLength, request.Body) = ("POST", "/api/webhooks/played", body.Length, new MemoryStream(body));
        return request;
    }

    /// <summary>A tool whose deliveries can be cut anywhere; the header tells the order of the parts.</summary>
    private sealed class FakeWebhook : IWebhookSource
    {
        public string Name => "played";

        public string Type => "Fake";

        public int MaxBodyBytes => 1024 * 1024;

        public IReadOnlyCollection<string> Headers => ["part"];

        public DeliveryCheck Check(Delivery delivery, DateTimeOffset now) => DeliveryCheck.Accept(1);

        public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [];

        public IReadOnlyList<Delivery> Split(Delivery delivery) => [Part(delivery, "0", delivery.Body[..(delivery.Body.Length / 2)]), Part(delivery, "1", delivery.Body[(delivery.Body.Length / 2)..])];

        private static Delivery Part(Delivery whole, string name, ReadOnlyMemory<byte> body) =>
            whole with { Body = body, Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["part"] = whole.Header("part") + name } };
    }
}
