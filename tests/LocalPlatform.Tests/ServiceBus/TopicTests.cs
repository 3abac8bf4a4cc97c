using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class TopicTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sales", 99, false)]
    [InlineData("sales", 100, true)]
    [InlineData("sales", 101, true)]
    [InlineData("Sales", 101, false)]
    [InlineData("marketing", 101, false)]
    public async Task A_sql_filter_decides_who_gets_a_copy(string team, int amount, bool wanted)
    {
        await using var bus = await TestBus.OpenAsync();
        await SendAsync(bus, new() { ApplicationProperties = { ["team"] = team, ["amount"] = amount } });
        Assert.Equal(wanted ? 1 : 0, (await bus.Client.CreateReceiver("events", "sales").IdsAsync()).Count);
        Assert.Single(await bus.Client.CreateReceiver("events", "everything").IdsAsync());
    }

    [Theory]
    [InlineData("c-1", "moved", "sales", true)]
    [InlineData("C-1", "moved", "sales", false)]
    [InlineData("c-1", "moved", "Sales", false)]
    [InlineData("c-1", "moved", null, false)]
    [InlineData("c-1", null, "sales", false)]
    [InlineData(null, "urgent: look", null, true)]
    public async Task Rules_are_alternatives_and_a_correlation_filter_wants_all_it_names(string? correlation, string? subject, string? team, bool wanted)
    {
        await using var bus = await TestBus.OpenAsync();
        var message = new ServiceBusMessage { CorrelationId = correlation, Subject = subject };
        if (team is not null)
        {
            message.ApplicationProperties["team"] = team;
        }

        await SendAsync(bus, message);
        Assert.Equal(wanted ? 1 : 0, (await bus.Client.CreateReceiver("events", "either").IdsAsync()).Count);
    }

    [Fact]
    public async Task A_message_that_two_rules_want_comes_once()
    {
        await using var bus = await TestBus.OpenAsync();
        await SendAsync(bus, new() { CorrelationId = "c-1", Subject = "moved", ApplicationProperties = { ["team"] = "sales" } });
        await SendAsync(bus, new() { Subject = "urgent" });
        Assert.Equal(2, (await bus.Client.CreateReceiver("events", "either").IdsAsync()).Count);
    }

    [Fact]
    public async Task Each_copy_lives_its_own_life()
    {
        await using var bus = await TestBus.OpenAsync();
        await SendAsync(bus, new() { ApplicationProperties = { ["team"] = "sales", ["amount"] = 100 } });
        await using var sales = bus.Client.CreateReceiver("events", "sales");
        await using var everything = bus.Client.CreateReceiver("events", "everything");

        await sales.CompleteMessageAsync(await sales.NextAsync(), Stop);

        Assert.Equal(1, (await everything.NextAsync()).DeliveryCount);
    }

    [Fact]
    public async Task A_topic_itself_cannot_be_received_from()
    {
        await using var bus = await TestBus.OpenAsync();
        var failure = await Record.ExceptionAsync(() => bus.Client.CreateReceiver("events").ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop));
        Assert.True(failure is InvalidOperationException or ServiceBusException);
    }

    private static Task SendAsync(TestBus bus, ServiceBusMessage message)
    {
        message.MessageId = Guid.NewGuid().ToString("N");
        return bus.SendAsync("events", message);
    }
}
