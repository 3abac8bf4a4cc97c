using System.Threading.Channels;
using IntegrationHub.Functions.Archive;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>Runs two configurations over the same deliveries, each on a thread of its own.</summary>
/// <param name="progress">Gets the number of deliveries read so far, about once a second.</param>
/// <param name="clock">For the progress.</param>
internal sealed class RehearseFlow(Action<int> progress, TimeProvider clock)
{
    /// <summary>The most deliveries that wait for the slower of both.</summary>
    private const int Ahead = 1_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Processes all deliveries.</summary>
    /// <param name="most">The most deliveries to process: their leads are in memory.</param>
    /// <returns>The number of deliveries; null when there are more than may be.</returns>
    public async Task<int?> RunAsync(
        RehearsedHub present, RehearsedHub proposed, IAsyncEnumerable<ArchivedDelivery> deliveries, int most,
            CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        RehearsedHub[] hubs = [present, proposed];
        var queues = hubs.Select(_ => Channel.CreateBounded<ArchivedDelivery>(Ahead)).ToList();
        var runs = hubs.Select((hub, i) => Task.Run(() => ConsumeAsync(hub, queues[i].Reader, stop), stop.Token)).ToList();
        var (count, reported) = (0, clock.GetTimestamp());
        try
        {
            await foreach (var delivery in deliveries.WithCancellation(stop.Token))
            {
                if (++count > most)
                {
                    break;
                }

                foreach (var queue in queues)
                {
                    await queue.Writer.WriteAsync(delivery, stop.Token);
                }

                if (clock.GetElapsedTime(reported) >= Pause)
                {
                    reported = clock.GetTimestamp();
                    progress(count);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A side failed; its own exception says why.
        }

        queues.ForEach(queue => queue.Writer.TryComplete());
        await Task.WhenAll(runs);
        return count > most ? null : count;
    }

    private static async Task ConsumeAsync(RehearsedHub hub, ChannelReader<ArchivedDelivery> deliveries, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var delivery in deliveries.ReadAllAsync(stop.Token))
            {
                hub.Process(delivery);
            }

            hub.End();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }
}
