using Azure.Core;
using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Embedded;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

public sealed class EmbeddedOutageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_bus_is_stopped_everything_fails_and_afterwards_nothing_is_lost()
    {
        using var own = new OwnBus();
        await using var bus = EmbeddedBus.Open(own.Connection);
        await using var client = own.Connect();
        var sender = client.CreateSender("plain");
        await using var receiver = client.CreateReceiver("plain");
        await sender.SendMessageAsync(new("before"), Stop);
        var message = await receiver.NextAsync();
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Stop);

        bus.Stop();

        foreach (var operation in new Func<Task>[]
        {
            () => waiting,
            () => sender.SendMessageAsync(new(), Stop),
            () => sender.ScheduleMessageAsync(new(), DateTimeOffset.UtcNow.AddHours(1), Stop),
            () => receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop),
            () => receiver.PeekMessageAsync(cancellationToken: Stop),
            () => receiver.CompleteMessageAsync(message, Stop),
            () => receiver.RenewMessageLockAsync(message, Stop),
        })
        {
            Assert.True((await Receiving.FailsWithAsync(ServiceBusFailureReason.ServiceCommunicationProblem, operation)).IsTransient);
        }

        bus.Start();
        await receiver.CompleteMessageAsync(message, Stop);
        await sender.SendMessageAsync(new("after"), Stop);
        Assert.Equal("after", (await receiver.NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_file_in_the_data_directory_is_an_outage_while_it_lies_there()
    {
        using var own = new OwnBus();
        await using var client = own.Connect();
        var sender = client.CreateSender("plain");
        await using var receiver = client.CreateReceiver("plain");
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Stop);
        var file = Path.Combine(own.Folder, "bus.unavailable");

        await File.WriteAllTextAsync(file, "", Stop);

        await Receiving.FailsWithAsync(ServiceBusFailureReason.ServiceCommunicationProblem, () => waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        await Receiving.FailsWithAsync(ServiceBusFailureReason.ServiceCommunicationProblem, () => sender.SendMessageAsync(new(), Stop));
        File.Delete(file);
        var deadline = DateTimeOffset.UtcNow.AddSeconds(30);
        while (await Record.ExceptionAsync(() => sender.SendMessageAsync(new("back"), Stop)) is { } failure)
        {
            Assert.IsType<ServiceBusException>(failure);
            Assert.True(DateTimeOffset.UtcNow < deadline);
        }

        Assert.Equal("back", (await receiver.NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_namespace_in_azure_cannot_be_reached_and_the_failure_says_what_can()
    {
        var failure = Assert.Throws<NotSupportedException>(() => new ServiceBusClient("hub.servicebus.windows.net", new NoCredential()));
        Assert.Contains("hub.servicebus.windows.net", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DataDirectory", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<NotSupportedException>(
            () => new ServiceBusClient("Endpoint=sb://hub.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=b="));
        Assert.DoesNotContain("b=", failure.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("Endpoint=sb://embedded/;Topology=t.json", "DataDirectory")]
    [InlineData("Endpoint=sb://embedded/;DataDirectory=d", "Topology")]
    [InlineData("DataDirectory=d;Topology=t.json", "Endpoint")]
    [InlineData("Endpoint=http://embedded/;DataDirectory=d;Topology=t.json", "Endpoint")]
    [InlineData("nonsense", "key=value")]
    public void A_connection_string_that_lacks_something_is_told_what(string connection, string lacking) =>
        Assert.Contains(lacking, Assert.Throws<FormatException>(() => new ServiceBusClient(connection)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_session_is_refused_where_no_entity_has_any()
    {
        using var own = new OwnBus();
        await using var client = own.Connect();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.CreateSender("plain").SendMessageAsync(new() { SessionId = "s" }, Stop));
        Assert.Contains("plain", failure.Message, StringComparison.Ordinal);
    }

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => default;
    }
}
