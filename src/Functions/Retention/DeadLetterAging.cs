using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Retention;

/// <summary>Dead letters of a queue or subscription leave by the time when they were queued. Old ones that stand behind many
/// younger ones leave when those have.</summary>
internal sealed class DeadLetterAging(
    QueueEntity entity, QueueReceivers receivers, DeadLetterTaker taker, RetentionOptions options, TimeProvider clock) : IAgingPlace
{
    private const int Page = 100, PagesAtOnce = 10;

    /// <inheritdoc/>
    public string Name => $"deadletters/{entity.Name}";

    /// <inheritdoc/>
    public string Content => $"dead letters of {entity.Name}";

    /// <inheritdoc/>
    public string Advice => $"GET /api/deadletters?entity={entity.Name} lists them. Mend the cause that they name, and replay them.";

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.DeadLetterDays);
        var letters = await PeekAsync(cancellationToken);
        var old = letters.Where(letter => letter.EnqueuedTime <= bound).ToList();
        var removed = new List<string>();
        if (old.Count > 0)
        {
            await taker.TakeAsync(
                entity, old,
                letter =>
                {
                    removed.Add(letter.MessageId);
                    return Task.CompletedTask;
                },
                cancellationToken);
        }

        var leaving = letters.Count(letter => letter.EnqueuedTime > bound && letter.EnqueuedTime <= bound + IAgingPlace.Notice);
        return new(removed, leaving, 0, removed.Count == Page * PagesAtOnce ? "front" : null);
    }

    private async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(CancellationToken cancellationToken)
    {
        var (letters, next) = (new List<ServiceBusReceivedMessage>(), 0L);
        while (letters.Count < Page * PagesAtOnce && await receivers.Of(entity, SubQueue.DeadLetter)
            .PeekMessagesAsync(Page, next, cancellationToken) is { Count: > 0 } page)
        {
            letters.AddRange(page);
            next = page[^1].SequenceNumber + 1;
        }

        return letters;
    }
}
