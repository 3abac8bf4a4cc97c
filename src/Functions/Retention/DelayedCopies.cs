using System.Globalization;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Retention;

/// <summary>The delayed copies on <c>inbound</c>. A message that is due is left to its processing, which drops what is said about
/// erased persons.</summary>
internal sealed class DelayedCopies(QueuedBodies queued, InboundQueue queue, BodyStore bodies) : IBodyPlace
{
    /// <inheritdoc/>
    public string Name => "delayed";

    /// <inheritdoc/>
    public async Task<BodyPage> SweepAsync(string? from, GonePersons gone, CancellationToken cancellationToken)
    {
        var removed = 0;
        var (messages, next) = await queued.PeekAsync(SubQueue.None, from, cancellationToken);
        foreach (var message in messages.Where(message => message.State == ServiceBusMessageState.Scheduled))
        {
            if (await queued.RestOfAsync(message, gone, cancellationToken) is { } rest)
            {
                await ReplaceAsync(message, rest, cancellationToken);
                removed++;
            }
        }

        return new(removed, 0, next);
    }

    /// <summary>Schedules what remains for the same time, then cancels the copy. A crash in between repeats it under the same
    /// ids.</summary>
    private async Task ReplaceAsync(
        ServiceBusReceivedMessage copy, IReadOnlyList<Delivery> rest, CancellationToken cancellationToken)
    {
        for (var number = 0; number < rest.Count; number++)
        {
            var message = InboundMessage.Write(rest[number]);
            message.MessageId = string.Create(CultureInfo.InvariantCulture, $"{copy.MessageId}-rest-{number}");
            message.ScheduledEnqueueTime = copy.ScheduledEnqueueTime;
            if (copy.ApplicationProperties.TryGetValue(MessageSettler.AttemptProperty, out var attempt))
            {
                message.ApplicationProperties[MessageSettler.AttemptProperty] = attempt;
            }

            await queue.Sender.SendMessageAsync(
                await bodies.FitAsync(message, InboundMessage.LargestBody, cancellationToken), cancellationToken);
        }

        try
        {
            await queue.Sender.CancelScheduledMessageAsync(copy.SequenceNumber, cancellationToken);
        }
        catch (ServiceBusException due) when (due.Reason == ServiceBusFailureReason.MessageNotFound)
        {
            // Its time came meanwhile.
        }
    }
}
