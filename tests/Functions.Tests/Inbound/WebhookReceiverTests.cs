using Azure.Data.Tables;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class WebhookReceiverTests(Azurite azurite)
{
    private readonly FakeTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_whose_head_cannot_be_genuine_is_refused_without_reading_its_body()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        var body = new SlowBody();

        var received = await ReceiveAsync(hub, body, proof: null);

        Assert.Equal((ReceiveOutcome.Unverified, 0), (received.Outcome, body.Reads));
    }

    [Fact]
    public async Task A_body_that_is_not_there_within_ten_seconds_is_given_up()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        var body = new SlowBody();

        var receiving = ReceiveAsync(hub, body, "slow");
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(receiving.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(ReceiveOutcome.TooSlow, (await receiving).Outcome);
    }

    [Fact]
    public async Task A_sender_who_goes_early_is_answered_as_one_who_sent_too_little()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        using var gone = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestAborted = gone.Token };

        var receiving = hub.Get<WebhookReceiver>().ReceiveAsync("signed", "", Prepare(context.Request, new SlowBody(), "gone", null), gone.Token);
        await gone.CancelAsync();

        Assert.Equal(ReceiveOutcome.Malformed, (await receiving).Outcome);
    }

    /// <summary>What a request says of its length is no reason to reserve it.</summary>
    [Fact]
    public async Task A_slow_sender_holds_no_more_than_it_has_sent_and_others_get_through()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()], "--Hub:IntakeMegabytes=2");
        var slow = Enumerable.Range(0, 400).Select(number => ReceiveAsync(hub, new SlowBody(), $"slow-{number}", length: 1024 * 1024)).ToList();

        Assert.Equal(ReceiveOutcome.Queued, (await ReceiveAsync(hub, new MemoryStream(new byte[100 * 1024]), "good")).Outcome);

        Assert.All(slow, receiving => Assert.False(receiving.IsCompleted));
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(slow);
    }

    [Fact]
    public async Task More_than_the_budget_is_answered_with_503_and_the_budget_comes_back()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()], "--Hub:IntakeMegabytes=2");
        var held = Enumerable.Range(0, 4).Select(number => ReceiveAsync(hub, new SlowBody(new byte[500 * 1024]), $"held-{number}")).ToList();

        Assert.Equal(ReceiveOutcome.Unavailable, (await ReceiveAsync(hub, new MemoryStream(new byte[100]), "good")).Outcome);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(held);
        Assert.Equal(ReceiveOutcome.Queued, (await ReceiveAsync(hub, new MemoryStream(new byte[100]), "good")).Outcome);
    }

    [Theory]
    [InlineData(1024 * 1024, null, ReceiveOutcome.Queued)]
    [InlineData((1024 * 1024) + 1, null, ReceiveOutcome.TooLarge)]
    [InlineData(10, (1024L * 1024) + 1, ReceiveOutcome.TooLarge)]
    public async Task A_body_may_have_a_mebibyte_whatever_its_head_says(int bytes, long? length, ReceiveOutcome outcome)
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);

        Assert.Equal(outcome, (await ReceiveAsync(hub, new MemoryStream(new byte[bytes]), "large", length)).Outcome);
    }

    [Fact]
    public async Task The_same_delivery_again_is_answered_as_before_and_stored_once()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);

        var outcomes = new List<ReceiveOutcome>();
        foreach (var proof in new[] { "one", "one", "two" })
        {
            outcomes.Add((await ReceiveAsync(hub, new MemoryStream([1]), proof)).Outcome);
        }

        _clock.Advance(TimeSpan.FromMinutes(20));
        outcomes.Add((await ReceiveAsync(hub, new MemoryStream([1]), "three")).Outcome);
        _clock.Advance(TimeSpan.FromMinutes(20));
        outcomes.Add((await ReceiveAsync(hub, new MemoryStream([1]), "one")).Outcome);

        Assert.Equal([ReceiveOutcome.Queued, ReceiveOutcome.Repeated, ReceiveOutcome.Queued, ReceiveOutcome.Queued, ReceiveOutcome.Queued], outcomes);
        Assert.Equal(4, (await hub.MessagesAsync(InboundQueue.Name, null)).Count);
    }

    [Fact]
    public async Task A_delivery_that_nothing_took_is_stored_when_it_comes_again()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        await using var queue = new InboundQueue(new RefusingBus(), hub.Get<ConnectorSet>(), hub.Get<BodyStore>(), hub.Get<HubMetrics>());
        var nowhere = new SpoolStore(new HubTables(new(new Uri("http://127.0.0.1:1/devstoreaccount1"), new TableSharedKeyCredential("devstoreaccount1", "YQ=="), new() { Retry = { MaxRetries = 0 } }), hub.Get<HubOptions>()), hub.Get<BodyStore>());
        var broken = Receiver(hub, new(queue, nowhere, TimeProvider.System, hub.Get<ILogger<DeliveryStore>>()));

        var first = await ReceiveAsync(broken, new MemoryStream([1]), "again");
        var second = await ReceiveAsync(hub, new MemoryStream([1]), "again");

        Assert.Equal((ReceiveOutcome.Unavailable, ReceiveOutcome.Queued), (first.Outcome, second.Outcome));
    }

    [Fact]
    public async Task What_is_stored_has_no_secret_and_stays_as_it_was_when_the_buffer_serves_others()
    {
        var signed = new FakeSigned();
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [signed]);

        await ReceiveAsync(hub, new MemoryStream([1, 2, 3]), "secret");
        foreach (var buffer in Enumerable.Range(0, 64).Select(_ => System.Buffers.ArrayPool<byte>.Shared.Rent(4 * 1024)).ToList())
        {
            Array.Fill(buffer, byte.MaxValue);
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        Assert.Equal([1, 2, 3], signed.Kept!.Body.ToArray());
        var message = Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null));
        Assert.DoesNotContain("secret", message.ApplicationProperties.Values);
    }

    [Fact]
    public async Task A_tool_gets_its_own_answer_also_for_what_is_stored_already_and_its_address_has_its_query()
    {
        var signed = new FakeSigned { Answers = new(202, "text/plain", "thanks") };
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [signed], "--Hub:PublicUrl=https://hub.example.com/base/");

        var first = await ReceiveAsync(hub, new MemoryStream([1]), "one");
        var repeated = await ReceiveAsync(hub, new MemoryStream([1]), "one");

        Assert.Equal((ReceiveOutcome.Queued, ReceiveOutcome.Repeated), (first.Outcome, repeated.Outcome));
        Assert.Equal((signed.Answers, signed.Answers), (first.Reply, repeated.Reply));
        Assert.Equal("https://hub.example.com/base/api/webhooks/signed?token=t", signed.Called?.OriginalString);
    }

    [Fact]
    public async Task A_bus_that_does_not_answer_within_two_seconds_leaves_a_delivery_to_the_spool()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        var bus = new RefusingBus { Answers = new() };
        await using var queue = new InboundQueue(bus, hub.Get<ConnectorSet>(), hub.Get<BodyStore>(), hub.Get<HubMetrics>());
        var receiver = Receiver(hub, new(queue, hub.Get<SpoolStore>(), _clock, hub.Get<ILogger<DeliveryStore>>()));

        var receiving = ReceiveAsync(receiver, new MemoryStream([1]), "hangs");
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(receiving.IsCompleted);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.1));
                return receiving.IsCompleted;
            },
            "the spool has it");

        bus.Answers.SetResult();
        Assert.Equal(ReceiveOutcome.Spooled, (await receiving).Outcome);
    }

    [Fact]
    public void What_was_seen_is_remembered_for_each_connector_and_within_a_bound()
    {
        var seen = new SeenDeliveries(_clock);
        seen.Add("one", "proof");
        var (same, other) = (seen.Contains("one", "proof"), seen.Contains("two", "proof"));
        for (var number = 0; number < 100_001; number++)
        {
            seen.Add("one", $"{number}");
        }

        Assert.Equal((true, false, false), (same, other, seen.Contains("one", "proof")));
        Assert.True(seen.Contains("one", "100000"));
    }

    [Fact]
    public void Who_is_asked_to_send_again_is_told_when()
    {
        var context = new DefaultHttpContext();

        WebhookAnswers.To(new(ReceiveOutcome.Unavailable, "full"), context);

        Assert.Equal("30", context.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Whatever_keeps_the_bus_from_taking_it_a_delivery_goes_to_the_spool()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSigned()]);
        await using var queue = new InboundQueue(new RefusingBus(), hub.Get<ConnectorSet>(), hub.Get<BodyStore>(), hub.Get<HubMetrics>());
        var store = new DeliveryStore(queue, hub.Get<SpoolStore>(), _clock, hub.Get<ILogger<DeliveryStore>>());

        Assert.Equal(ReceiveOutcome.Spooled, await store.StoreAsync(new() { Connector = "signed", Headers = new Dictionary<string, string>(), Body = new byte[1], ReceivedAt = Monday }, Token));
        var spooled = await Task.WhenAll(SpoolStore.Partitions.Select(partition => hub.Get<SpoolStore>().ReadAsync(partition, "", 10, Token)));
        Assert.Single(spooled.SelectMany(messages => messages));
    }

    [Fact]
    public void A_flood_of_refusals_is_one_line_a_minute_for_each_reason()
    {
        var lines = new FakeLogCollector();
        var log = new RefusalLog(_clock, new FakeLogger<RefusalLog>(lines));

        for (var number = 0; number < 1_000; number++)
        {
            log.Add("hubspot", ReceiveOutcome.Unverified, "unsigned");
        }

        log.Add("hubspot", ReceiveOutcome.TooSlow, "slow");
        _clock.Advance(TimeSpan.FromMinutes(1));
        log.Add("HubSpot", ReceiveOutcome.Unverified, "unsigned");

        Assert.Equal(
            [
                "1 deliveries to hubspot were refused as Unverified: unsigned",
                "1 deliveries to hubspot were refused as TooSlow: slow",
                "1000 deliveries to HubSpot were refused as Unverified: unsigned",
            ],
            lines.GetSnapshot().Select(line => line.Message));
    }

    private WebhookReceiver Receiver(TestHub hub, DeliveryStore store) => new(
        hub.Get<ConnectorSet>(), store, hub.Get<IntakeBudget>(), hub.Get<SeenDeliveries>(), hub.Get<RefusalLog>(), hub.Get<HubOptions>(), hub.Get<HubMetrics>(), _clock);

    private static Task<ReceiveResult> ReceiveAsync(TestHub hub, Stream body, string? proof, long? length = null) =>
        ReceiveAsync(hub.Get<WebhookReceiver>(), body, proof, length);

    private static Task<ReceiveResult> ReceiveAsync(WebhookReceiver receiver, Stream body, string? proof, long? length = null) =>
        receiver.ReceiveAsync("signed", "", Prepare(new DefaultHttpContext().Request, body, proof, length), Token);

    private static HttpRequest Prepare(HttpRequest request, Stream body, string? proof, long? length)
    {
        (request.Method, request.Path, request.ContentLength, request.Body) = ("POST", "/api/webhooks/signed", length, body);
        request.QueryString = new("?token=t");
        request.Headers["proof"] = proof;
        return request;
    }

    /// <summary>A tool that signs by a header that anybody may have.</summary>
    private sealed class FakeSigned : IWebhookSource
    {
        public string Name => "signed";

        public string Type => "Fake";

        public int MaxBodyBytes => 1024 * 1024;

        public IReadOnlyCollection<string> Headers => ["proof"];

        /// <summary>Gets what it says to a delivery; null for the hub's own answer.</summary>
        public WebhookReply? Answers { get; init; }

        /// <summary>Gets the address that was called.</summary>
        public Uri? Called { get; private set; }

        /// <summary>Gets the last delivery that was to be stored.</summary>
        public Delivery? Kept { get; private set; }

        public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now)
        {
            Called = head.PublicUrl;
            return string.IsNullOrEmpty(head.Header("proof")) ? DeliveryCheck.Refuse(DeliveryVerdict.Forged, "unsigned") : null;
        }

        public WebhookReply? Acknowledge(Delivery delivery) => Answers;

        public Delivery WithoutSecrets(Delivery delivery)
        {
            Kept = delivery;
            return delivery with { Headers = new Dictionary<string, string>() };
        }

        public DeliveryCheck Check(Delivery delivery, DateTimeOffset now) => DeliveryCheck.Accept(1);

        public string? ProofOf(Delivery delivery) => delivery.Header("proof");

        public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [];

        public IReadOnlyList<Delivery> Split(Delivery delivery) => [delivery];
    }

    /// <summary>A body of which some bytes come at once, and the rest never.</summary>
    private sealed class SlowBody(byte[]? first = null) : MemoryStream(first ?? [1])
    {
        public int Reads { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            if (Position < Length)
            {
                return Read(buffer.Span);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    /// <summary>A bus that the managed identity cannot sign in to.</summary>
    private sealed class RefusingBus : ServiceBusClient
    {
        /// <summary>Gets what it waits for before it refuses; null for nothing.</summary>
        public TaskCompletionSource? Answers { get; init; }

        public override ServiceBusSender CreateSender(string queueOrTopicName) => new RefusingSender(Answers?.Task ?? Task.CompletedTask);
    }

    private sealed class RefusingSender(Task answers) : ServiceBusSender
    {
        public override async ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default)
        {
            await answers;
            throw new AuthenticationFailedException("ManagedIdentityCredential authentication failed.");
        }

        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) =>
            throw new AuthenticationFailedException("ManagedIdentityCredential authentication failed.");

        public override Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default) =>
            throw new AuthenticationFailedException("ManagedIdentityCredential authentication failed.");

        public override Task CloseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
