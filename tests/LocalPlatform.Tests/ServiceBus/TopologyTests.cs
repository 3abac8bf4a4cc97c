using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class TopologyTests
{
    [Theory]
    [InlineData("""{"queues":[{"name":"q","lockDuration":"1 minute"}]}""", "queues[0].lockDuration")]
    [InlineData("""{"queues":[{"name":"q","lockDuration":"PT0S"}]}""", "queues[0].lockDuration")]
    [InlineData("""{"queues":[{"name":"q","lockDuration":"PT5M0.001S"}]}""", "queues[0].lockDuration")]
    [InlineData("""{"queues":[{"name":"q","lockDuration":60}]}""", "queues[0].lockDuration")]
    [InlineData("""{"queues":[{"name":"a"},{"name":"q","maxDeliveryCount":0}]}""", "queues[1].maxDeliveryCount")]
    [InlineData("""{"queues":[{"name":"q","maxDeliveryCount":2001}]}""", "queues[0].maxDeliveryCount")]
    [InlineData("""{"queues":[{"name":"q","maxDeliveryCount":"10"}]}""", "queues[0].maxDeliveryCount")]
    [InlineData("""{"queues":[{"name":"q","defaultMessageTimeToLive":"-P1D"}]}""", "queues[0].defaultMessageTimeToLive")]
    [InlineData("""{"queues":[{"name":"q","deadLetteringOnMessageExpiration":"yes"}]}""", "queues[0].deadLetteringOnMessageExpiration")]
    [InlineData("""{"queues":[{"name":"q","duplicateDetectionHistoryTimeWindow":"P7DT1S"}]}""", "queues[0].duplicateDetectionHistoryTimeWindow")]
    [InlineData("""{"queues":[{"name":"q","enablePartitioning":true}]}""", "queues[0].enablePartitioning")]
    [InlineData("""{"queues":[{"lockDuration":"PT1M"}]}""", "queues[0].name")]
    [InlineData("""{"queues":[{"name":"a b"}]}""", "queues[0].name")]
    [InlineData("""{"queues":[{"name":"q"},{"name":"Q"}]}""", "'q'")]
    [InlineData("""{"queues":[{"name":"q"}],"topics":[{"name":"q"}]}""", "'q'")]
    [InlineData("""{"queues":{}}""", "queues")]
    [InlineData("""{"queue":[]}""", "queue ")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s"},{"name":"s"}]}]}""", "topics[0].subscriptions")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r"}]}]}]}""", "topics[0].subscriptions[0].rules[0]")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","sqlFilter":"a = "}]}]}]}""", "topics[0].subscriptions[0].rules[0].sqlFilter")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","sqlFilter":"1=1","action":"x"}]}]}]}""", "topics[0].subscriptions[0].rules[0].action")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","correlationFilter":{}}]}]}]}""", "rules[0].correlationFilter")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","correlationFilter":{"properties":{"p":1}}}]}]}]}""", "correlationFilter.properties.p")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","sqlFilter":"1=1","sqlAction":"SET sys.Body = 1"}]}]}]}""", "rules[0].sqlAction")]
    [InlineData("""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","sqlFilter":"1=1"},{"name":"R","sqlFilter":"1=1"}]}]}]}""", "topics[0].subscriptions[0].rules")]
    [InlineData("""{"queues":[{"name":"q","maxSizeInMegabytes":0}]}""", "queues[0].maxSizeInMegabytes")]
    [InlineData("""{"queues":[{"name":"q","requiresSession":"yes"}]}""", "queues[0].requiresSession")]
    [InlineData("{", "not JSON")]
    public async Task A_fault_in_the_topology_is_refused_by_the_name_of_its_field(string topology, string field)
    {
        await using var own = OwnBus.Prepare(topology);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => own.OpenAsync());
        Assert.Contains(field, failure.Message, StringComparison.Ordinal);
        Assert.Contains(own.TopologyFile, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queues":[{"name":"q","lockDuration":"PT5M","maxDeliveryCount":1,"duplicateDetectionHistoryTimeWindow":"P7D","requiresDuplicateDetection":true}]}""")]
    [InlineData("""{"queues":[{"name":"q","maxDeliveryCount":2000,"maxSizeInMegabytes":81920}]}""")]
    [InlineData("{}")]
    public async Task What_is_just_allowed_is_taken(string topology)
    {
        await using var own = await OwnBus.OpenAsync(topology);
        Assert.NotEqual(0, own.Local.Port);
    }

    [Fact]
    public async Task What_is_not_said_is_as_in_azure()
    {
        await using var own = OwnBus.Prepare("""{"queues":[{"name":"q"}]}""");
        var queue = Assert.Single(TopologyReader.Read(own.TopologyFile).Queues);
        Assert.Equal(
            (TimeSpan.FromMinutes(1), 10, TimeSpan.MaxValue, false, false, null, 1024L * 1024 * 1024),
            (queue.LockDuration, queue.MaxDeliveryCount, queue.TimeToLive, queue.DeadLetterOnExpiration, queue.RequiresSession, queue.DuplicateWindow, queue.MaxBytes));
    }

    [Fact]
    public async Task The_topology_of_the_hub_is_taken()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(TestBus.TopologyFile())!, "..", "..", "..", "infra", "topology.json"));
        await using var own = await OwnBus.OpenAsync(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await own.Client.CreateSender("inbound").SendMessageAsync(new(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_topology_that_is_not_there_is_named()
    {
        await using var own = OwnBus.Prepare();
        File.Delete(own.TopologyFile);
        Assert.Contains(own.TopologyFile, (await Assert.ThrowsAsync<FileNotFoundException>(() => own.OpenAsync())).Message, StringComparison.Ordinal);
    }
}
