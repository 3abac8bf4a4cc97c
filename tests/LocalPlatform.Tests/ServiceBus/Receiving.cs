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

    /// <summary>Receives and completes the messages that have to come, checks that there are no more, and returns them.</summary>
    public static async Task<List<ServiceBusReceivedMessage>> AllAsync(this ServiceBusReceiver receiver, int count)
    {
        var messages = new List<ServiceBusReceivedMessage>();
        while (messages.Count < count)
        {
            messages.Add(await receiver.NextAsync());
            await receiver.CompleteMessageAsync(messages[^1], TestContext.Current.CancellationToken);
        }

        await receiver.AssertEmptyAsync();
        return messages;
    }

    /// <summary>As <see cref="AllAsync"/>, and returns the message ids.</summary>
    public static async Task<List<string>> IdsAsync(this ServiceBusReceiver receiver, int count) =>
        (await receiver.AllAsync(count)).ConvertAll(static message => message.MessageId);

    public static async Task<ServiceBusException> AssertFailsAsync(ServiceBusFailureReason reason, Func<Task> act)
    {
        var failure = await Assert.ThrowsAsync<ServiceBusException>(act);
        Assert.Equal(reason, failure.Reason);
        return failure;
    }
}
