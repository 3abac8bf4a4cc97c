using Azure;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Polling;

/// <summary>
/// Polls every connector that is polled, all at once: claim the cursor, ask, queue what came, and only then move the cursor on. A crash in between asks again for the same rows, and
/// facts that are there already change nothing.
/// </summary>
public sealed partial class PollFlow(ConnectorSet connectors, CursorStore cursors, InboundQueue inbound, ConnectorStateStore states, TimeProvider clock, ILogger<PollFlow> logger)
{
    /// <summary>What is left after as many pages waits for the next run, so that one connector's backlog does not hold its claim for ever.</summary>
    internal const int PagesPerRun = 50;

    /// <summary>Polls all of them; a connector that fails is noted and holds back no other.</summary>
    public Task PollAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(connectors.OfType<IPollSource>().Select(source => PollAsync(source, cancellationToken)));

    private async Task PollAsync(IPollSource source, CancellationToken cancellationToken)
    {
        try
        {
            if (await cursors.ClaimAsync(source.Name, cancellationToken) is not { } claim)
            {
                Log.Busy(logger, source.Name);
                return;
            }

            await ReadOnAsync(source, claim, cancellationToken);
            states.Reached(source.Name);
        }
        catch (CursorTakenException taken)
        {
            Log.Taken(logger, taken.Connector);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            states.Failed(source.Name, failure);
            Log.Failed(logger, failure, source.Name);
        }
    }

    private async Task ReadOnAsync(IPollSource source, CursorClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            for (var (page, more) = (0, true); more && page < PagesPerRun; page++)
            {
                var answer = await source.PollAsync(claim.Cursor, clock.GetUtcNow(), cancellationToken);
                await inbound.SendAsync(answer.Deliveries, cancellationToken);
                claim = await cursors.MoveAsync(claim, answer.NextCursor, cancellationToken);
                more = answer.More;
            }
        }
        finally
        {
            await TryReleaseAsync(claim);
        }
    }

    /// <summary>Without a token: a stopping host should not leave the connector claimed. A claim that cannot be given back expires.</summary>
    private async Task TryReleaseAsync(CursorClaim claim)
    {
        try
        {
            await cursors.ReleaseAsync(claim, CancellationToken.None);
        }
        catch (Exception failure) when (failure is CursorTakenException or RequestFailedException or AggregateException)
        {
            Log.NotReleased(logger, claim.Connector, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Connector {Connector} is being polled elsewhere.")]
        public static partial void Busy(ILogger logger, string connector);

        [LoggerMessage(2, LogLevel.Warning, "Polling {Connector} took so long that somebody else took over; nothing is lost.")]
        public static partial void Taken(ILogger logger, string connector);

        [LoggerMessage(3, LogLevel.Warning, "Polling {Connector} failed; the next run goes on from the same place.")]
        public static partial void Failed(ILogger logger, Exception failure, string connector);

        [LoggerMessage(4, LogLevel.Debug, "The claim on {Connector} could not be given back and expires by itself: {Why}")]
        public static partial void NotReleased(ILogger logger, string connector, string why);
    }
}
