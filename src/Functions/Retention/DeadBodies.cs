using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Retention;

/// <summary>The dead letters of <c>inbound</c>. Those of the topic hold ids only.</summary>
internal sealed class DeadBodies(QueuedBodies queued, DeadLetterTaker taker, ParkedFlow parked) : IBodyPlace
{
    /// <summary>How many pages are peeked before what was found is taken: taking sets aside everything before it.</summary>
    private const int PagesAtOnce = 10;

    /// <inheritdoc/>
    public string Name => "deadletters";

    /// <inheritdoc/>
    public async Task<BodyPage> SweepAsync(string? from, GonePersons gone, CancellationToken cancellationToken)
    {
        var (found, next) = (new List<ServiceBusReceivedMessage>(), from);
        for (var page = 0; page == 0 || (page < PagesAtOnce && next is not null); page++)
        {
            (var messages, next) = await queued.PeekAsync(SubQueue.DeadLetter, next, cancellationToken);
            foreach (var message in messages)
            {
                if (await queued.RestOfAsync(message, gone, cancellationToken) is not null)
                {
                    found.Add(message);
                }
            }
        }

        var removed = found.Count == 0 ? 0 : await taker.TakeAsync(
            QueuedBodies.Inbound, found, message => ParkRestAsync(message, gone, cancellationToken), cancellationToken);
        return new(removed, found.Count - removed, next);
    }

    /// <summary>Parks what the delivery says about others, because nothing can be put into a dead-letter queue. It keeps its
    /// reason.</summary>
    private async Task ParkRestAsync(ServiceBusReceivedMessage dead, GonePersons gone, CancellationToken cancellationToken)
    {
        var fault = new ParkedFault(
            dead.DeadLetterReason ?? "dead-letter", "A dead letter from which an erased person was removed.");
        foreach (var rest in await queued.RestOfAsync(dead, gone, cancellationToken) ?? [])
        {
            await parked.ParkAsync(rest, [fault], cancellationToken);
        }
    }
}
