using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
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

    [Fact]
    public async Task A_message_that_the_bus_refuses_for_good_is_parked_and_the_others_go_out()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new FakeWebhook()]);
        var headers = Enumerable.Range(0, 10).ToDictionary(number => $"h{number}", _ => new string('x', 30_000));
        await hub.Get<SpoolStore>().AddAsync(InboundMessage.Write(DeliveryOf([1]) with { Headers = headers }), Token);
        await SpoolAsync(hub, 250);

        Assert.Equal(250, (await DrainAsync(hub)).Count);

        var parked = await (await hub.Get<HubTables>().GetAsync(HubTables.Parked, Token)).QueryAsync<TableEntity>(cancellationToken: Token).ToListAsync(Token);
        Assert.Equal("bus-refused", Assert.Single(parked, row => row.GetString("Reason") == "bus-refused").GetString("Reason"));
        Assert.Equal(0, await LeftAsync(hub));
    }

    [Theory]
    [InlineData("quota-exceeded")]
    [InlineData("server-busy")]
    public async Task A_full_or_throttled_queue_leaves_everything_in_the_spool_for_the_next_run(string fault)
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new FakeWebhook()]);
        await SpoolAsync(hub, 5);

        await hub.WithFaultAsync(fault, () => hub.Get<SpoolFlow>().DrainAsync(Token));
        Assert.Equal(5, await LeftAsync(hub));

        Assert.Equal(5, (await DrainAsync(hub)).Count);
        Assert.Equal(0, await LeftAsync(hub));
    }

    [Fact]
    public async Task A_backlog_is_drained_by_hundreds_and_not_by_single_requests()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [new FakeWebhook()]);
        await SpoolAsync(hub, 800);
        using var counters = hub.Count();

        await hub.Get<SpoolFlow>().DrainAsync(Token);

        // Each partition is read and emptied, then read again.
        Assert.InRange(counters["hub.table.requests"], 1, 16 * 3);
        Assert.InRange(counters["hub.bus.operations"], 1, 80);
        Assert.Equal(0, await LeftAsync(hub));
    }

    private static Delivery DeliveryOf(byte[] body) => new() { Connector = "played", Headers = new Dictionary<string, string>(), Body = body, ReceivedAt = Monday };

    private static Task SpoolAsync(TestHub hub, int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), Token, async (number, token) => await hub.Get<SpoolStore>().AddAsync(InboundMessage.Write(DeliveryOf([(byte)number])), token));

    private static async Task<int> LeftAsync(TestHub hub) =>
        await (await hub.Get<HubTables>().GetAsync(HubTables.Spool, Token)).QueryAsync<TableEntity>(cancellationToken: Token).CountAsync(Token);

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
