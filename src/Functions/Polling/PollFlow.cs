using System.Diagnostics;
using Azure;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Polling;

/// <summary>Polls every polled connector concurrently: claim the cursor, read, queue the page, then move the cursor. A
/// crash in between reads the same rows again, and duplicate facts are harmless.</summary>
internal sealed partial class PollFlow(
    ConnectorSet connectors, CursorStore cursors, InboundQueue inbound, ConnectorStateStore states, MissedStore missed,
    TimeProvider clock, ILogger<PollFlow> logger)
{
    /// <summary>The most pages a run. The rest waits for the next run, so that a backlog does not
    /// hold the claim forever.</summary>
    internal const int PagesPerRun = 50;

    /// <summary>Polls all connectors. A failing one is recorded and stops no other.</summary>
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
            Log.Taken(logger, taken.Name);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            states.Failed(source.Name, failure);
            Log.Failed(logger, FailureText.Of(failure), source.Name);
        }
    }

    private async Task ReadOnAsync(IPollSource source, CursorClaim claim, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Continue(HubActivities.Receive, ActivityKind.Internal, parent: null)
            ?.SetTag("hub.connector", source.Name);
        try
        {
            claim = await RewindAsync(source, claim, cancellationToken);
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

    /// <summary>Rewinds the cursor to before each gap. The cursor moves before the gap is closed, so a
    /// crash rewinds once more.</summary>
    private async Task<CursorClaim> RewindAsync(IPollSource source, CursorClaim claim, CancellationToken cancellationToken)
    {
        foreach (var gap in await missed.PendingGapsAsync(source.Name, cancellationToken))
        {
            if (claim.Cursor is not null && source.Rewind(claim.Cursor, gap, clock.GetUtcNow()) is { } earlier && earlier != claim.Cursor)
            {
                claim = await cursors.MoveAsync(claim, earlier, cancellationToken);
                Log.Rewound(logger, source.Name, gap.RecordType, gap.At);
            }

            await missed.CloseGapAsync(source.Name, gap, cancellationToken);
        }

        return claim;
    }

    /// <summary>Releases the claim without a token, so that a stopping host leaves none. An
    /// unreleased claim expires.</summary>
    private async Task TryReleaseAsync(CursorClaim claim)
    {
        try
        {
            await cursors.ReleaseAsync(claim, CancellationToken.None);
        }
        catch (Exception failure) when (failure is CursorTakenException or RequestFailedException or AggregateException)
        {
            Log.NotReleased(logger, claim.Name, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Connector {Connector} is being polled elsewhere.")]
        public static partial void Busy(ILogger logger, string connector);

        [LoggerMessage(2, LogLevel.Warning, "Polling {Connector} took so long that another instance took over; nothing is lost.")]
        public static partial void Taken(ILogger logger, string connector);

        [LoggerMessage(3, LogLevel.Warning, "Polling {Connector} failed; the next run goes on from the same place ({Failure}).")]
        public static partial void Failed(ILogger logger, string failure, string connector);

        [LoggerMessage(4, LogLevel.Debug, "The claim on {Connector} could not be released and expires by itself: {Why}")]
        public static partial void NotReleased(ILogger logger, string connector, string why);

        [LoggerMessage(
            5, LogLevel.Information,
            "{Connector} is read again: the {RecordType} records from before {At}, when events of them were lost.")]
        public static partial void Rewound(ILogger logger, string connector, string recordType, DateTimeOffset? at);
    }
}
