using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class OutageTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_file_lies_there_everything_fails_and_afterwards_nothing_is_lost()
    {
        await using var own = await OwnBus.OpenAsync();

        // The first try may have been under way when the connection broke, and then fails in many ways; the second one meets the outage.
        var options = new ServiceBusClientOptions { RetryOptions = new() { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(50) } };
        await using var client = new ServiceBusClient(own.Local.ConnectionString, options);
        var sender = client.CreateSender("plain");
        var receiver = client.CreateReceiver("plain");
        await sender.SendMessageAsync(new("before"), Stop);
        var message = await receiver.NextAsync();
        var waiting = receiver.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Stop);

        await File.WriteAllTextAsync(Away(own), "", Stop);
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceCommunicationProblem, () => waiting.WaitAsync(Timeout, Stop));

        foreach (var operation in new Func<Task>[]
        {
            () => sender.SendMessageAsync(new(), Stop),
            () => sender.ScheduleMessageAsync(new(), DateTimeOffset.UtcNow.AddHours(1), Stop),
            () => receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(1), Stop),
            () => receiver.PeekMessageAsync(cancellationToken: Stop),
            () => receiver.CompleteMessageAsync(message, Stop),
            () => receiver.RenewMessageLockAsync(message, Stop),
        })
        {
            Assert.True((await Receiving.AssertFailsAsync(ServiceBusFailureReason.ServiceCommunicationProblem, operation)).IsTransient);
        }

        File.Delete(Away(own));
        await AssertComesBackAsync(() => receiver.CompleteMessageAsync(message, Stop));
        await sender.SendMessageAsync(new("after"), Stop);
        Assert.Equal("after", (await receiver.NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_broker_that_starts_in_an_outage_is_reached_at_its_end()
    {
        await using var own = OwnBus.Prepare();
        await File.WriteAllTextAsync(Away(own), "", Stop);
        await own.OpenAsync();
        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.ServiceCommunicationProblem,
            () => own.Client.CreateSender("plain").SendMessageAsync(new(), Stop));

        File.Delete(Away(own));

        await AssertComesBackAsync(() => own.Client.CreateSender("plain").SendMessageAsync(new(), Stop));
    }

    [Fact]
    public async Task A_closed_broker_is_an_outage_too_and_its_clients_go_on_with_the_next_one()
    {
        await using var own = await OwnBus.OpenAsync();
        await using var client = new ServiceBusClient(own.Local.ConnectionString, OwnBus.Impatient);
        var sender = client.CreateSender("plain");
        await sender.SendMessageAsync(new("before"), Stop);
        var port = own.Local.Port;
        await own.CloseAsync();
        Assert.True((await Assert.ThrowsAsync<ServiceBusException>(() => sender.SendMessageAsync(new(), Stop))).IsTransient);

        await using var next = await LocalBus.StartAsync(new() { Port = port, DataDirectory = own.Folder, TopologyFile = own.TopologyFile }, Stop);

        await AssertComesBackAsync(() => sender.SendMessageAsync(new("after"), Stop));
        Assert.Equal("before", (await client.CreateReceiver("plain").NextAsync()).Body.ToString());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var own = await OwnBus.OpenAsync();
        await using var other = OwnBus.Prepare();
        var failure = await Assert.ThrowsAsync<IOException>(
            () => LocalBus.StartAsync(new() { Port = own.Local.Port, DataDirectory = other.Folder, TopologyFile = other.TopologyFile }, Stop));
        Assert.Contains($"{own.Local.Port}", failure.Message, StringComparison.Ordinal);
    }

    private static string Away(OwnBus own) => Path.Combine(own.Folder, "bus.unavailable");

    private static async Task AssertComesBackAsync(Func<Task> operation)
    {
        for (var waited = Stopwatch.StartNew(); await Record.ExceptionAsync(operation) is { } failure;)
        {
            Assert.Equal(ServiceBusFailureReason.ServiceCommunicationProblem, Assert.IsType<ServiceBusException>(failure).Reason);
            Assert.True(waited.Elapsed < Timeout, "The bus did not come back.");
        }
    }
}
