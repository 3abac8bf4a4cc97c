using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>What tests ask of a receiver.</summary>
public static class Receiving
{
    /// <summary>Receives the message that has to come.</summary>
    public static async Task<ServiceBusReceivedMessage> NextAsync(this ServiceBusReceiver receiver)
    {
        var message = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.NotNull(message);
        return message;
    }

    /// <summary>Checks that there is nothing to receive.</summary>
    public static async Task AssertEmptyAsync(this ServiceBusReceiver receiver) =>
        Assert.Null(await receiver.ReceiveMessageAsync(TestBus.Moment, TestContext.Current.CancellationToken));

    /// <summary>Receives and completes what there is, and returns the message ids.</summary>
    public static async Task<List<string>> IdsAsync(this ServiceBusReceiver receiver)
    {
        var ids = new List<string>();
        while (await receiver.ReceiveMessageAsync(TestBus.Moment, TestContext.Current.CancellationToken) is { } message)
        {
            ids.Add(message.MessageId);
            await receiver.CompleteMessageAsync(message, TestContext.Current.CancellationToken);
        }

        return ids;
    }

    public static async Task<ServiceBusException> AssertFailsAsync(ServiceBusFailureReason reason, Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<ServiceBusException>(act);
        Assert.Equal(reason, failure.Reason);
        return failure;
    }
}
