using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Retention;

/// <summary>Takes dead letters out of their queue, wherever they stand. The bus gives them from the front only, so those before the
/// meant ones are set aside: they stay dead letters, and are received by their numbers.</summary>
internal sealed class DeadLetterTaker(DeadLetterQueue letters, TimeProvider time)
{
    /// <summary>A run ends before its locks expire. The next one continues.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>Handles dead letters, and removes each after it. One that somebody else has locked is left out.</summary>
    /// <param name="meant">The dead letters, as they were peeked.</param>
    /// <returns>How many were removed.</returns>
    public async Task<int> TakeAsync(
        QueueEntity entity, IReadOnlyCollection<ServiceBusReceivedMessage> meant, Func<ServiceBusReceivedMessage, Task> handle,
        CancellationToken cancellationToken)
    {
        var (started, taken) = (time.GetTimestamp(), 0);
        var aside = meant.Where(letter => letter.State == ServiceBusMessageState.Deferred).Select(letter => letter.SequenceNumber);
        foreach (var numbers in aside.Chunk(DeadLetterQueue.Page))
        {
            taken += await RemoveAsync(entity, await letters.FetchAsync(entity, numbers, cancellationToken), handle);
        }

        var inQueue = meant.Where(letter => letter.State != ServiceBusMessageState.Deferred).Select(letter => letter.SequenceNumber)
            .ToHashSet();
        while (inQueue.Count > 0 && time.GetElapsedTime(started) < LongestRun
            && await letters.ReceiveAsync(entity, cancellationToken) is { Count: > 0 } batch)
        {
            var found = batch.Where(letter => inQueue.Contains(letter.SequenceNumber)).ToList();
            taken += await RemoveAsync(entity, found, handle);
            inQueue.ExceptWith(found.Select(letter => letter.SequenceNumber));
            var others = batch.Except(found).ToList();
            await (inQueue.Count == 0
                ? letters.GiveBackAsync(entity, others)
                : letters.SetAsideAsync(entity, others, cancellationToken));
        }

        return taken;
    }

    private async Task<int> RemoveAsync(
        QueueEntity entity, IReadOnlyList<ServiceBusReceivedMessage> found, Func<ServiceBusReceivedMessage, Task> handle)
    {
        foreach (var letter in found)
        {
            await handle(letter);
            await letters.RemoveAsync(entity, letter);
        }

        return found.Count;
    }
}
