namespace IntegrationHub.Embedded.Tests.ServiceBus;

public sealed class EmbeddedTopologyTests
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
    [InlineData("""{"queues":[{"name":"q","requiresSession":true}]}""", "queues[0].requiresSession")]
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
    [InlineData("{", "not JSON")]
    public void A_fault_in_the_topology_is_refused_by_the_name_of_its_field(string topology, string field)
    {
        using var own = new OwnBus(topology);
        var failure = Assert.Throws<InvalidDataException>(() => own.Connect());
        Assert.Contains(field, failure.Message, StringComparison.Ordinal);
        Assert.Contains(own.TopologyFile, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queues":[{"name":"q","lockDuration":"PT5M","maxDeliveryCount":1,"duplicateDetectionHistoryTimeWindow":"P7D","requiresDuplicateDetection":true}]}""")]
    [InlineData("""{"queues":[{"name":"q","maxDeliveryCount":2000}]}""")]
    [InlineData("{}")]
    public async Task What_is_just_allowed_is_taken(string topology)
    {
        using var own = new OwnBus(topology);
        await using var client = own.Connect();
        Assert.False(client.IsClosed);
    }

    [Fact]
    public async Task The_topology_of_the_hub_is_taken()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(TestBus.TopologyFile())!, "..", "..", "..", "infra", "topology.json"));
        using var own = new OwnBus(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await using var client = own.Connect();
        await client.CreateSender("inbound").SendMessageAsync(new(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_topology_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json", Assert.Throws<FileNotFoundException>(() => new Azure.Messaging.ServiceBus.ServiceBusClient("Endpoint=sb://embedded/;DataDirectory=d;Topology=nowhere.json")).Message, StringComparison.Ordinal);
}
