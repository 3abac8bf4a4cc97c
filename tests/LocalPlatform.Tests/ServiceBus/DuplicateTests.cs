using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class DuplicateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // Azure remembers ids longer than a test takes, so each run has its own.
    private readonly string _run = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_message_id_is_taken_once_even_after_the_first_was_completed()
    {
        await using var bus = await TestBus.OpenAsync();
        var receiver = bus.Client.CreateReceiver("no-duplicates");
        await bus.SendAsync("no-duplicates", Message("a"), Message("A"), Message("a"));
        Assert.Equal([$"{_run}-a", $"{_run}-A"], await receiver.IdsAsync());

        await bus.SendAsync("no-duplicates", Message("a"));
        await bus.SendAsync("no-duplicates", Message("b"));

        Assert.Equal([$"{_run}-b"], await receiver.IdsAsync());
    }

    [Fact]
    public async Task Without_duplicate_detection_the_same_id_is_taken_again()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", Message("a"), Message("a"));
        Assert.Equal(2, (await bus.Client.CreateReceiver("plain").IdsAsync()).Count);
    }

    [Fact]
    public async Task A_topic_drops_a_duplicate_before_any_subscription_sees_it()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("events", Message("a"));
        var same = Message("a");
        same.ApplicationProperties["team"] = "sales";
        same.ApplicationProperties["amount"] = 200;
        await bus.SendAsync("events", same);

        Assert.Equal([$"{_run}-a"], await bus.Client.CreateReceiver("events", "everything").IdsAsync());
        await bus.Client.CreateReceiver("events", "sales").AssertEmptyAsync();
    }

    [Fact]
    public async Task A_scheduled_message_counts_as_the_first()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("no-duplicates");
        var number = await sender.ScheduleMessageAsync(Message("a"), DateTimeOffset.UtcNow.AddHours(1), Stop);
        await sender.SendMessageAsync(Message("a"), Stop);
        await bus.Client.CreateReceiver("no-duplicates").AssertEmptyAsync();
        await sender.CancelScheduledMessageAsync(number, Stop);
    }

    private ServiceBusMessage Message(string id) => new() { MessageId = $"{_run}-{id}" };
}
