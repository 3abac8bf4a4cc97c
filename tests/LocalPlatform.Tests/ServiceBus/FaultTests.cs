using System.Transactions;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>Faults on demand, limits, and refusals of what the local bus does not do.</summary>
public sealed class FaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("server-busy", ServiceBusFailureReason.ServiceBusy, true)]
    [InlineData("quota-exceeded", ServiceBusFailureReason.QuotaExceeded, false)]
    [InlineData("size-exceeded", ServiceBusFailureReason.MessageSizeExceeded, false)]
    public async Task A_send_fails_as_the_file_says_while_it_lies_there(string fault, ServiceBusFailureReason reason, bool isTransient)
    {
        await using var own = await OwnBus.OpenAsync();

        // A sender that met a busy broker waits ten seconds by itself, hence another one for each send.
        ServiceBusSender Sender() => own.Client.CreateSender("plain");

        own.SetFaults(fault);
        Assert.Equal(isTransient, (await Receiving.AssertFailsAsync(reason, () => Sender().SendMessageAsync(new(), Stop))).IsTransient);
        await Receiving.AssertFailsAsync(reason, () => Sender().ScheduleMessageAsync(new(), DateTimeOffset.UtcNow.AddHours(1), Stop));

        own.SetFaults();
        await Sender().SendMessageAsync(new("after"), Stop);
        Assert.Equal("after", (await own.Client.CreateReceiver("plain").NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_lost_lock_fails_the_settlement_and_brings_the_message_again()
    {
        await using var own = await OwnBus.OpenAsync();
        await own.Client.CreateSender("plain").SendMessageAsync(new(), Stop);
        var receiver = own.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();

        own.SetFaults("lock-lost");
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(message, Stop));
        own.SetFaults();

        var again = await receiver.NextAsync();
        Assert.Equal((message.SequenceNumber, 2), (again.SequenceNumber, again.DeliveryCount));
        await receiver.CompleteMessageAsync(again, Stop);
    }

    [Fact]
    public async Task A_fault_may_be_for_one_entity_alone()
    {
        await using var own = await OwnBus.OpenAsync();
        own.SetFaults("server-busy EVENTS", "quota-exceeded drops-expired");
        await own.Client.CreateSender("plain").SendMessageAsync(new(), Stop);
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceBusy, () => own.Client.CreateSender("events").SendMessageAsync(new(), Stop));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.QuotaExceeded, () => own.Client.CreateSender("drops-expired").SendMessageAsync(new(), Stop));
    }

    [Fact]
    public async Task A_busy_broker_refuses_settlements_and_requests_too()
    {
        await using var own = await OwnBus.OpenAsync();
        await own.Client.CreateSender("plain").SendMessageAsync(new(), Stop);
        var receiver = own.Client.CreateReceiver("plain");
        var message = await receiver.NextAsync();
        own.SetFaults("server-busy");
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceBusy, () => receiver.CompleteMessageAsync(message, Stop));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceBusy, () => own.Client.CreateReceiver("plain").RenewMessageLockAsync(message, Stop));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceBusy, () => own.Client.CreateReceiver("plain").PeekMessageAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task A_queue_takes_as_many_bytes_as_it_may_have_and_again_when_some_are_gone()
    {
        await using var own = await OwnBus.OpenAsync("""{"queues":[{"name":"q","maxSizeInMegabytes":1}]}""");
        var sender = own.Client.CreateSender("q");
        for (var kilobytes = 0; kilobytes < 1000; kilobytes += 200)
        {
            await sender.SendMessageAsync(new(new byte[200 * 1024]), Stop);
        }

        Assert.False((await Receiving.AssertFailsAsync(ServiceBusFailureReason.QuotaExceeded, () => sender.SendMessageAsync(new(new byte[200 * 1024]), Stop))).IsTransient);

        // Dead letters are still the queue's, and so is what lay there before a restart.
        var receiver = own.Client.CreateReceiver("q");
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), cancellationToken: Stop);
        await own.ReopenAsync();
        sender = own.Client.CreateSender("q");
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.QuotaExceeded, () => sender.SendMessageAsync(new(new byte[200 * 1024]), Stop));

        receiver = own.Client.CreateReceiver("q");
        await receiver.CompleteMessageAsync(await receiver.NextAsync(), Stop);
        await sender.SendMessageAsync(new(new byte[200 * 1024]), Stop);
    }

    [Fact]
    public async Task A_topic_shares_its_bytes_with_its_subscriptions()
    {
        await using var own = await OwnBus.OpenAsync("""{"topics":[{"name":"t","maxSizeInMegabytes":1,"subscriptions":[{"name":"a"},{"name":"b"}]}]}""");
        var sender = own.Client.CreateSender("t");
        for (var message = 0; message < 3; message++)
        {
            await sender.SendMessageAsync(new(new byte[200 * 1024]), Stop);
        }

        await Receiving.AssertFailsAsync(ServiceBusFailureReason.QuotaExceeded, () => sender.SendMessageAsync(new(new byte[200 * 1024]), Stop));
    }

    [Fact]
    public async Task A_transaction_is_refused_with_a_sentence()
    {
        await using var own = await OwnBus.OpenAsync();
        var sender = own.Client.CreateSender("plain");
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => sender.SendMessageAsync(new(), Stop));
        Assert.Contains("transactions", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_never_was_a_message_is_rejected_and_the_link_goes_on()
    {
        await using var own = await OwnBus.OpenAsync();
        await using var foreign = await ForeignClient.ConnectAsync(own.Local.Port, "plain");
        foreach (var bytes in new byte[][] { [], [1, 2, 3], [0, 0x53], [0, 0x53, 0x73, 0xc0], [0, 0x53, 0x73, 0xd0, 255, 255, 255, 255], [0, 0x53, 0x73, 0xc0, 200, 1, 0] })
        {
            Assert.Equal("amqp:decode-error", await foreign.SendAsync(bytes));
        }

        Assert.Null(await foreign.SendAsync([0, 0x53, 0x75, 0xa0, 1, 7]));
        Assert.Equal(7, (await own.Client.CreateReceiver("plain").NextAsync()).Body.ToMemory().Span[0]);
    }
}
