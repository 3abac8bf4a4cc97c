using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class BatchTests
{
    private const int Limit = 256 * 1024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Limit - 2048, false)]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, true)]
    public async Task A_message_larger_than_the_limit_is_refused(int size, bool refused)
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        var failure = await Record.ExceptionAsync(() => sender.SendMessageAsync(new ServiceBusMessage(new byte[size]), Stop));
        Assert.Equal(refused, failure is ServiceBusException { Reason: ServiceBusFailureReason.MessageSizeExceeded, IsTransient: false });
        Assert.Equal(refused, failure is not null);
    }

    [Fact]
    public async Task Messages_that_are_too_large_together_are_refused_together()
    {
        await using var bus = await TestBus.OpenAsync();
        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.MessageSizeExceeded,
            () => bus.SendAsync("plain", new ServiceBusMessage(new byte[Limit / 2]), new ServiceBusMessage(new byte[Limit / 2])));
        await bus.Client.CreateReceiver("plain").AssertEmptyAsync();
    }

    [Fact]
    public async Task A_batch_takes_what_fits_and_is_sent_whole()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        using var batch = await sender.CreateMessageBatchAsync(Stop);
        Assert.Equal(Limit, batch.MaxSizeInBytes);

        while (batch.TryAddMessage(new ServiceBusMessage(new byte[10_000])))
        {
        }

        Assert.InRange(batch.Count, 24, 26);
        Assert.InRange(batch.SizeInBytes, batch.Count * 10_000, batch.MaxSizeInBytes);
        Assert.True(batch.TryAddMessage(new ServiceBusMessage(new byte[10])));
        var count = batch.Count;
        await sender.SendMessagesAsync(batch, Stop);
        Assert.Equal(count, (await bus.Client.CreateReceiver("plain").IdsAsync()).Count);
    }

    [Fact]
    public async Task A_batch_may_be_made_smaller_but_not_larger_than_the_limit()
    {
        await using var bus = await TestBus.OpenAsync();
        var sender = bus.Client.CreateSender("plain");
        using var batch = await sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 2000 }, Stop);
        Assert.False(batch.TryAddMessage(new ServiceBusMessage(new byte[2000])));
        Assert.Equal((0, 0L), (batch.Count, batch.Count == 0 ? 0L : batch.SizeInBytes));
        Assert.True(batch.TryAddMessage(new ServiceBusMessage(new byte[1000])));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await sender.CreateMessageBatchAsync(new CreateMessageBatchOptions { MaxSizeInBytes = 200_000_000 }, Stop));
    }

    [Fact]
    public async Task Nothing_can_be_sent_as_nothing()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain");
        await bus.Client.CreateReceiver("plain").AssertEmptyAsync();
    }
}
