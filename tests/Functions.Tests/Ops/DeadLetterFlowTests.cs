using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

public sealed class DeadLetterFlowTests(Azurite azurite)
{
    private static readonly QueueEntity Inbound = QueueProbe.Entities[0];
    private static readonly QueueEntity ToSales = QueueProbe.Entities[1];

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deliveries_given_up_and_replayed_after_the_fix_leave_every_journey_as_if_nothing_had_been()
    {
        var tool = new FakeTool("mended") { Breaks = (lead, stage) => stage == FunnelStage.Evaluation && lead % 5 == 0 };
        await using var hub = await NewHubAsync(tool);
        await hub.StartAsync();
        for (var lead = 0; lead < 50; lead++)
        {
            await SendAsync(hub, tool, lead, FunnelStage.Interest);
            await SendAsync(hub, tool, lead, FunnelStage.Evaluation);
        }

        await UntilAsync(hub, Inbound, dead: 10);
        tool.Breaks = (_, _) => false;
        _clock.AdjustTime(Monday.AddDays(3));
        var dry = await ReplayAsync(hub, """{"entity":"inbound","dryRun":true}""");
        var report = await ReplayAsync(hub, """{"entity":"inbound"}""");
        await UntilAsync(hub, Inbound, dead: 0);
        var again = await ReplayAsync(hub, """{"entity":"inbound"}""");

        Assert.Equal("""{"matched":10,"replayed":0,"byReason":[{"reason":"unreadable","count":10,"byConnector":[{"connector":"mended","count":10}]}],"dryRun":true,"capped":false}""", dry);
        Assert.Equal(dry.Replace("\"replayed\":0", "\"replayed\":10", StringComparison.Ordinal).Replace("\"dryRun\":true", "\"dryRun\":false", StringComparison.Ordinal), report);
        Assert.Equal("""{"matched":0,"replayed":0,"byReason":[],"dryRun":false,"capped":false}""", again);
        for (var lead = 0; lead < 50; lead++)
        {
            var view = (await hub.Get<LeadQuery>().FindAsync(tool.Key(lead), Token))!;
            Assert.Equal((FunnelStage.Evaluation, Monday.AddDays(-1)), (view.Stage, view.EnteredAt));
            Assert.Equal([(FunnelStage.Interest, Monday.AddDays(-2)), (FunnelStage.Evaluation, Monday.AddDays(-1))], (await EntriesAsync(hub, view.LeadId)).TakeLast(2));
            Assert.Equal([FunnelStage.Interest, FunnelStage.Evaluation], (await hub.StateAsync(view.LeadId)).Facts.Values.OfType<StageClaimed>().OrderBy(fact => fact.OccurredAt).Select(fact => fact.Stage!.Value));
            Assert.All((await hub.StateAsync(view.LeadId)).Facts.Values, fact => Assert.Equal(Monday, fact.ReceivedAt));
        }
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Inbound, "unreadable", [.. Enumerable.Range(0, 5).Select(number => Message($"m{number}"))]);
        var before = await LettersAsync(hub, Inbound);

        var report = await hub.Get<DeadLetterFlow>().CountAsync(new(Inbound, null, null, DryRun: true), Token);

        Assert.Equal((5, 0), (report.Matched, report.Replayed));
        Assert.Equal(before, await LettersAsync(hub, Inbound));
        Assert.Empty(await hub.MessagesAsync("inbound", null));
    }

    [Theory]
    [InlineData("unreadable", null, new[] { "a", "c" })]
    [InlineData(null, "salesforce", new[] { "c", "d" })]
    [InlineData("unreadable", "salesforce", new[] { "c" })]
    [InlineData("of-nobody", null, new string[0])]
    public async Task A_replay_by_reason_and_connector_touches_only_those(string? reason, string? connector, string[] replayed)
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Inbound, "unreadable", Message("a", "hubspot"));
        await GiveUpAsync(hub, Inbound, "gave-up", Message("b", "hubspot"));
        await GiveUpAsync(hub, Inbound, "unreadable", Message("c", "salesforce"));
        await GiveUpAsync(hub, Inbound, "gave-up", Message("d", "salesforce"));
        var before = await LettersAsync(hub, Inbound);

        var report = await ReplayByAsync(hub, new(Inbound, reason, connector, DryRun: false));

        Assert.Equal((replayed.Length, replayed.Length, false), (report.Matched, report.Replayed, report.Capped));
        Assert.Equal(replayed, (await hub.MessagesAsync("inbound", null)).Select(message => message.ApplicationProperties["replayOf"]));
        Assert.Equal(
            before.Where(letter => !replayed.Contains(letter.Id)).Select(letter => letter with { DeliveryCount = 0 }),
            (await LettersAsync(hub, Inbound)).Select(letter => letter with { DeliveryCount = 0 }));
    }

    [Fact]
    public async Task What_was_not_meant_can_be_replayed_at_once()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Inbound, "unreadable", Message("a"));
        await GiveUpAsync(hub, Inbound, "gave-up", Message("b"));
        await ReplayByAsync(hub, new(Inbound, "gave-up", null, DryRun: false));

        var report = await ReplayByAsync(hub, new(Inbound, "unreadable", null, DryRun: false));

        Assert.Equal(1, report.Replayed);
    }

    [Fact]
    public async Task A_subscriptions_dead_letter_goes_to_that_subscription_alone_and_once_after_a_crash_before_it_was_done_with()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, ToSales, "vendor-refused", Announcement("e1"), Announcement("e2"));
        var others = await CountAsync(hub, "to-marketing", "alerts");
        var crashed = (await hub.MessagesAsync("funnel", "to-sales", SubQueue.DeadLetter))[0];
        await hub.Get<FunnelTopic>().Sender.SendMessageAsync(DeadLetterRules.CopyOf(crashed, ToSales), Token);

        var first = await ReplayByAsync(hub, new(ToSales, null, null, DryRun: false));
        var second = await ReplayByAsync(hub, new(ToSales, null, null, DryRun: false));

        Assert.Equal((2, 2), (first.Matched, first.Replayed));
        Assert.Equal((0, 0), (second.Matched, second.Replayed));
        var messages = await hub.MessagesAsync("funnel", "to-sales");
        Assert.Equal(["e1", "e2"], messages.Select(message => message.ApplicationProperties["replayOf"]));
        Assert.All(messages, message => Assert.Equal("to-sales", message.ApplicationProperties["replayTo"]));
        Assert.Equal(others, await CountAsync(hub, "to-marketing", "alerts"));
    }

    [Fact]
    public async Task A_delivery_that_was_sent_again_before_a_crash_is_on_its_journey_once()
    {
        var tool = new FakeTool("crashed") { Breaks = (_, _) => true };
        await using var hub = await NewHubAsync(tool);
        await hub.StartAsync();
        await SendAsync(hub, tool, 1, FunnelStage.Interest);
        await UntilAsync(hub, Inbound, dead: 1);
        tool.Breaks = (_, _) => false;
        await hub.Get<InboundQueue>().Sender.SendMessageAsync(DeadLetterRules.CopyOf((await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Single(), Inbound), Token);

        await ReplayByAsync(hub, new(Inbound, null, null, DryRun: false));
        await Eventually.TrueAsync(() => tool.Reads.Count == 2, "the copy was read");
        await UntilAsync(hub, Inbound, dead: 0);

        Assert.Equal(2, tool.Reads.Count);
        var lead = (await hub.Get<LeadQuery>().FindAsync(tool.Key(1), Token))!;
        Assert.Single((await hub.StateAsync(lead.LeadId)).Facts.Values.OfType<StageClaimed>());
    }

    [Fact]
    public async Task What_fails_again_after_a_replay_is_retried_and_not_taken_for_its_earlier_retries()
    {
        var crm = new FakeCrm { Fails = call => call <= 4 ? FakeCrm.Away() : null };
        await using var hub = await NewHubAsync(crm);
        await hub.StartAsync();
        await hub.LeadAsync(Id("retried"), Claim(FunnelStage.Evaluation, Monday), Profile(new LeadProfile { Company = "Engines Ltd" }));
        await UntilAsync(hub, ToSales, dead: 1);
        Assert.Equal(3, crm.Calls);

        await ReplayByAsync(hub, new(ToSales, "gave-up", null, DryRun: false));

        await Eventually.TrueAsync(() => crm.Calls == 5 && crm.Records.Count == 1, "the retry of the replayed handoff was delivered");
    }

    [Fact]
    public async Task What_is_given_up_again_waits_for_the_next_replay()
    {
        var tool = new FakeTool("unmended") { Breaks = (_, _) => true };
        await using var hub = await NewHubAsync(tool);
        await hub.StartAsync();
        await SendAsync(hub, tool, 1, FunnelStage.Interest);
        await SendAsync(hub, tool, 2, FunnelStage.Interest);
        await UntilAsync(hub, Inbound, dead: 2);

        var report = await ReplayByAsync(hub, new(Inbound, null, null, DryRun: false));

        Assert.Equal(2, report.Replayed);
        await UntilAsync(hub, Inbound, dead: 2);
        Assert.Equal(4, tool.Reads.Count);
    }

    [Fact]
    public async Task A_replay_is_throttled()
    {
        await using var hub = await NewHubAsync([], "--Hub:ReplayPerSecond=10");
        await GiveUpAsync(hub, Inbound, "unreadable", [.. Enumerable.Range(0, 7).Select(number => Message($"m{number}"))]);
        var started = TimeProvider.System.GetTimestamp();

        await ReplayByAsync(hub, new(Inbound, null, null, DryRun: false));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_replay_that_takes_too_long_ends_before_its_locks_do_and_says_that_there_is_more()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new HastyClock(), []);
        await GiveUpAsync(hub, Inbound, "unreadable", [.. Enumerable.Range(0, 30).Select(number => Message($"m{number}"))]);

        var first = await ReplayByAsync(hub, new(Inbound, null, null, DryRun: false));
        var left = await LettersAsync(hub, Inbound);

        Assert.Equal((30, true), (first.Matched, first.Capped));
        Assert.InRange(first.Replayed, 1, 29);
        Assert.Equal(30 - first.Replayed, left.Count);
        Assert.Equal(30, left.Count + (await hub.MessagesAsync("inbound", null)).Count);
        using var topology = JsonDocument.Parse(await File.ReadAllBytesAsync(Repository.PathTo("infra", "topology.json"), Token));
        var entities = topology.RootElement.GetProperty("queues").EnumerateArray().Concat(topology.RootElement.GetProperty("topics").EnumerateArray().SelectMany(topic => topic.GetProperty("subscriptions").EnumerateArray()));
        Assert.All(entities, entity => Assert.True(System.Xml.XmlConvert.ToTimeSpan(entity.GetProperty("lockDuration").GetString()!) >= DeadLetterWorker.LongestRun + TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(999, 999, false)]
    [InlineData(1_000, 1_000, false)]
    [InlineData(1_001, 1_000, true)]
    public async Task A_list_stops_at_a_thousand_and_says_so(int given, int listed, bool capped)
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Inbound, "unreadable", [.. Enumerable.Range(0, given).Select(number => Message($"m{number}"))]);

        var list = await hub.Get<DeadLetterFlow>().ListAsync(Inbound, 0, 1_000, Token);

        Assert.Equal((listed, listed, capped), (list.Count, list.DeadLetters.Count, list.Capped));
        Assert.Equal("m0", list.DeadLetters[0].Id);
    }

    [Fact]
    public async Task The_list_says_what_was_given_up_and_why_and_shows_no_body()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, ToSales, "vendor-refused", Announcement("e1"));
        await hub.StartAsync();
        using var client = ClientOf(hub);

        var text = await client.GetStringAsync("/api/deadletters?entity=funnel/to-sales", Token);

        var letter = JsonNode.Parse(text)!["deadLetters"]!.AsArray().Single()!;
        Assert.Equal(
            ("e1", "vendor-refused", "for the test", null, "lead1", 1),
            ((string?)letter["id"], (string?)letter["reason"], (string?)letter["description"], (string?)letter["connector"], (string?)letter["leadId"], (int)letter["deliveryCount"]!));
        Assert.EndsWith("Z", (string?)letter["enqueuedAt"], StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.com", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_names_no_entity_is_refused_with_the_known_ones_and_without_a_key_with_nothing()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var client = ClientOf(hub);
        using var stranger = new HttpClient { BaseAddress = hub.Url };

        using var list = await client.GetAsync("/api/deadletters", Token);
        using var replay = await client.PostAsJsonAsync("/api/deadletters/replay", new { entity = "outbound" }, Token);
        using var unknown = await stranger.GetAsync("/api/deadletters?entity=inbound", Token);

        foreach (var refused in (HttpResponseMessage[])[list, replay])
        {
            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
            Assert.Contains("inbound, funnel/to-sales, funnel/to-marketing, funnel/alerts", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Theory]
    [InlineData("/api/deadletters/replay", 16 * 1024, HttpStatusCode.OK)]
    [InlineData("/api/deadletters/replay", (16 * 1024) + 1, HttpStatusCode.BadRequest)]
    [InlineData("/api/parked/replay", (16 * 1024) + 1, HttpStatusCode.BadRequest)]
    [InlineData("/api/archive/replay", (16 * 1024) + 1, HttpStatusCode.BadRequest)]
    [InlineData("/api/erasures/cancel", (16 * 1024) + 1, HttpStatusCode.BadRequest)]
    public async Task An_order_is_short(string path, int length, HttpStatusCode status)
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var client = ClientOf(hub);
        var order = path.Contains("dead", StringComparison.Ordinal) ? """{"entity":"inbound","dryRun":true}"""
            : path.Contains("archive", StringComparison.Ordinal) ? """{"from":"2026-01-01","to":"2026-01-02","dryRun":true}"""
            : """{"connector":"hubspot","dryRun":true}""";
        using var content = new StringContent(order.PadRight(length));

        using var answer = await client.PostAsync(path, content, Token);

        Assert.Equal(status, answer.StatusCode);
    }

    private Task<TestHub> NewHubAsync(params IConnector[] connectors) => NewHubAsync(connectors, "--Hub:ReplayPerSecond=1000");

    private Task<TestHub> NewHubAsync(IConnector[] connectors, params string[] settings) => TestHub.CreateAsync(azurite, _clock, connectors, settings);

    private static HttpClient ClientOf(TestHub hub) => new() { BaseAddress = hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };

    private static async Task<ReplayReport> ReplayByAsync(TestHub hub, ReplayOrder order) =>
        ReplayReport.Of((await hub.Get<DeadLetterFlow>().StartAsync(order, null, "key:test", Token))!);

    private static async Task<string> ReplayAsync(TestHub hub, string order)
    {
        using var client = ClientOf(hub);
        using var content = new StringContent(order);
        using var answer = await client.PostAsync("/api/deadletters/replay", content, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    private static Task SendAsync(TestHub hub, FakeTool tool, int lead, FunnelStage stage) => hub.Get<InboundQueue>().SendAsync(
        [new Delivery { Connector = tool.Name, Headers = new Dictionary<string, string>(), Body = BinaryData.FromString($"{lead} {stage}"), ReceivedAt = Monday }], Token);

    /// <summary>Until all is worked on and so many are given up.</summary>
    private static Task UntilAsync(TestHub hub, QueueEntity entity, int dead) => Eventually.TrueAsync(
        async () => await hub.Get<QueueProbe>().CountAsync(entity, Token) is { Active: 0 } counts && counts.DeadLettered == dead, $"{dead} messages of {entity.Name} were given up");

    private static async Task<IEnumerable<(FunnelStage, DateTimeOffset)>> EntriesAsync(TestHub hub, LeadId lead) =>
        JourneyFold.Fold(lead, (await hub.StateAsync(lead)).Facts.Values, Policy).Entries.Select(entry => (entry.Stage, entry.EnteredAt));

    private static ServiceBusMessage Message(string id, string connector = "hubspot") =>
        new("a body") { MessageId = id, ApplicationProperties = { ["connector"] = connector, ["receivedAt"] = "2026-03-02T10:15:06.0000000+00:00" } };

    private static ServiceBusMessage Announcement(string id) => new("""{"email":"ada@example.com"}""")
    {
        MessageId = id,
        ApplicationProperties = { ["type"] = "lead.consentChanged", ["team"] = "sales", ["leadId"] = "lead1" },
    };

    private static async Task GiveUpAsync(TestHub hub, QueueEntity entity, string reason, params ServiceBusMessage[] messages)
    {
        var bus = hub.Get<ServiceBusClient>();
        await (entity.Subscription is null ? hub.Get<InboundQueue>().Sender : hub.Get<FunnelTopic>().Sender).SendMessagesAsync(messages, Token);
        await using var receiver = entity.Subscription is null ? bus.CreateReceiver(entity.Path) : bus.CreateReceiver(entity.Path, entity.Subscription);

        // A receiver gives what it has, which may be less than it is asked for.
        for (var left = messages.Length; left > 0;)
        {
            var received = await receiver.ReceiveMessagesAsync(left, TimeSpan.FromSeconds(10), Token);
            Assert.NotEmpty(received);
            left -= received.Count;
            await Task.WhenAll(received.Select(message => receiver.DeadLetterMessageAsync(message, reason, "for the test", Token)));
        }
    }

    private static async Task<IReadOnlyList<DeadLetter>> LettersAsync(TestHub hub, QueueEntity entity) => (await hub.Get<DeadLetterFlow>().ListAsync(entity, 0, 1_000, Token)).DeadLetters;

    private static async Task<int> CountAsync(TestHub hub, params string[] subscriptions)
    {
        var counts = await Task.WhenAll(subscriptions.Select(async subscription => (await hub.MessagesAsync("funnel", subscription)).Count + (await hub.MessagesAsync("funnel", subscription, SubQueue.DeadLetter)).Count));
        return counts.Sum();
    }

    /// <summary>A tool whose deliveries say that a lead is on a stage. A mapping of it may be broken.</summary>
    private sealed class FakeTool(string name) : IDeliveryReader
    {
        public string Name => name;

        public string Type => "Fake";

        public Func<int, FunnelStage, bool> Breaks { get; set; } = (_, _) => false;

        public ConcurrentQueue<Delivery> Reads { get; } = new();

        public IdentityKey Key(int lead) => IdentityKey.Person(name, $"{lead}");

        public IReadOnlyList<SourceEvent> Read(Delivery delivery)
        {
            Reads.Enqueue(delivery);
            var words = BinaryData.FromBytes(delivery.Body).ToString().Split(' ');
            var (lead, stage) = (int.Parse(words[0], null), Enum.Parse<FunnelStage>(words[1]));
            return Breaks(lead, stage) ? throw new UnreadableDeliveryException(name, "the mapping is broken") :
            [
                new StageChangedEvent(new EventHeader($"{name}|{lead}|{stage}", ToolSide.Marketing, Monday.AddDays(stage == FunnelStage.Interest ? -2 : -1)))
                {
                    People = [Key(lead)],
                    Stage = stage,
                    ToStageRaw = $"{stage}",
                },
            ];
        }
    }
}
