using System.Net;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Polling;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

public sealed class HealthFlowTests(Azurite azurite)
{
    private const string NoTables = "--AzureWebJobsStorage=DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;";

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_counted()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeSource("counted", rows: 3, perPage: 1)]);
        await hub.Get<PollFlow>().PollAllAsync(Token);

        var report = await hub.Get<HealthFlow>().CheckAsync(Token);

        Assert.Equal(["inbound", "funnel/to-sales", "funnel/to-marketing", "funnel/alerts", "funnel/reports"], report.Queues.Select(queue => queue.Name));
        Assert.Equal(new QueueHealth("inbound", 3, 0, false), report.Queues[0] with { OldestAt = null });
        Assert.NotNull(report.Queues[0].OldestAt);
        Assert.Equal("ok", Assert.Single(report.Connectors).State);
        Assert.Equal(HealthReport.Healthy, report.Status);
    }

    [Theory]
    [InlineData(99, 99, false)]
    [InlineData(100, 100, true)]
    [InlineData(101, 100, true)]
    public async Task Counting_stops_at_a_hundred_and_says_so(int waiting, int counted, bool capped)
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, []);
        await hub.Get<InboundQueue>().Sender.SendMessagesAsync(Enumerable.Range(0, waiting).Select(number => new ServiceBusMessage($"{number}")), Token);

        var queue = await hub.Get<QueueProbe>().CountAsync(QueueProbe.Entities[0], Token);

        Assert.Equal(new QueueHealth("inbound", counted, 0, capped), queue with { OldestAt = null });
    }

    [Fact]
    public async Task Health_tells_everybody_one_word_and_its_details_with_a_key_in_camel_case()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [new FakeCrm("asked")]);
        await hub.StartAsync();
        using var client = new HttpClient { BaseAddress = hub.Url };

        using var without = await client.GetAsync("/api/health", Token);
        using var with = await client.GetAsync($"/api/health?code={TestHub.Key}", Token);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (without.StatusCode, with.StatusCode));
        Assert.Equal("""{"status":"healthy"}""", await without.Content.ReadAsStringAsync(Token));
        using var report = JsonDocument.Parse(await with.Content.ReadAsStreamAsync(Token));
        Assert.Equal("healthy", report.RootElement.GetProperty("status").GetString());
        Assert.Equal("asked", report.RootElement.GetProperty("connectors")[0].GetProperty("name").GetString());
        Assert.Equal(0, report.RootElement.GetProperty("queues")[0].GetProperty("deadLettered").GetInt32());
        Assert.Equal(0, report.RootElement.GetProperty("spool").GetProperty("waiting").GetInt32());
    }

    [Fact]
    public async Task Health_without_tables_answers_503()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, [], NoTables);
        await hub.StartAsync();
        using var client = new HttpClient { BaseAddress = hub.Url };

        using var answer = await client.GetAsync($"/api/health?code={TestHub.Key}", Token);
        using var word = await client.GetAsync("/api/health", Token);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (answer.StatusCode, word.StatusCode));
    }

    [Fact]
    public async Task Without_tables_the_answer_comes_soon_and_says_so()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, [], NoTables);

        var report = await hub.Get<HealthFlow>().CheckAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal(HealthReport.Unhealthy, report.Status);
        Assert.Contains("The tables do not answer.", report.Problems);
        Assert.Null(report.Spool.Waiting);
        Assert.NotNull(report.Queues[0].Active);
    }

    [Fact]
    public void The_queues_are_those_of_the_topology()
    {
        using var topology = JsonDocument.Parse(File.ReadAllBytes(Repository.PathTo("infra", "topology.json")));
        var queues = topology.RootElement.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString());
        var subscriptions = topology.RootElement.GetProperty("topics").EnumerateArray().SelectMany(topic =>
            topic.GetProperty("subscriptions").EnumerateArray().Select(subscription => $"{topic.GetProperty("name").GetString()}/{subscription.GetProperty("name").GetString()}"));

        Assert.Equal(queues.Concat(subscriptions), QueueProbe.Entities.Select(entity => entity.Name));
    }

    [Fact]
    public async Task News_of_a_connector_reach_other_instances_with_the_next_flush()
    {
        await using var here = await TestHub.CreateAsync(azurite, _clock, []);
        await using var there = await TestHub.CreateAsync(azurite, _clock, []);
        var (mine, theirs) = (here.Get<ConnectorStateStore>(), there.Get<ConnectorStateStore>());

        mine.Worked("flushed", Monday.AddSeconds(-3));
        var before = await theirs.GetAllAsync(Token);
        await mine.FlushAsync(Token);
        var after = (await theirs.GetAllAsync(Token))["flushed"];

        Assert.False(before.ContainsKey("flushed"));
        Assert.Equal((Monday, TimeSpan.FromSeconds(3), false), (after.LastEventAt, after.Lag, after.Failing));
    }

    [Fact]
    public async Task An_older_word_of_this_instance_does_not_hide_a_newer_one_of_another()
    {
        await using var here = await TestHub.CreateAsync(azurite, _clock, []);
        await using var there = await TestHub.CreateAsync(azurite, _clock, []);
        here.Get<ConnectorStateStore>().Reached("twoWords");
        _clock.Advance(TimeSpan.FromSeconds(1));
        there.Get<ConnectorStateStore>().Failed("twoWords", new TimeoutException("away"));
        await there.Get<ConnectorStateStore>().FlushAsync(Token);

        var state = (await here.Get<ConnectorStateStore>().GetAllAsync(Token))["twoWords"];

        Assert.Equal((true, nameof(TimeoutException)), (state.Failing, state.LastError));
    }
}
