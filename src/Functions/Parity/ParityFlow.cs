using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Parity;

/// <summary>Compares the people of each two tools, once a day: walks over the people of each tool in pages, and looks for
/// them in the others. A claim for each tool keeps two instances from walking it at once, and a tool that does not answer
/// stops no other.</summary>
internal sealed partial class ParityFlow(
    ConnectorSet connectors, ParityComparer comparer, ParityStore store, ParityNews news, CursorStore cursors, TimeProvider clock,
    ILogger<ParityFlow> logger)
{
    /// <summary>The time from the start of one walk to the next: less than a day, because the timer runs at night
    /// only.</summary>
    internal static readonly TimeSpan WalkEvery = TimeSpan.FromHours(20);

    /// <summary>How long the timer, or a caller, goes on with a walk. The next one continues.</summary>
    internal static readonly TimeSpan RunFor = TimeSpan.FromMinutes(2), RunForCaller = TimeSpan.FromSeconds(10);

    /// <summary>How many people are listed of each cause. All are counted.</summary>
    internal const int MostListed = 2_000;

    private IReadOnlyList<IPersonList> Tools => connectors.OfType<IPersonList>() is { Count: > 1 } tools ? tools : [];

    /// <summary>Goes on with the walks that are due.</summary>
    public Task<ParityProgress> RunAsync(CancellationToken cancellationToken) => RunAsync(RunFor, WalkEvery, cancellationToken);

    /// <summary>Begins walks, or goes on with those that were begun, for a caller who waits.</summary>
    /// <param name="begin">Whether to start again with a walk that has ended.</param>
    public Task<ParityProgress> RunNowAsync(bool begin, CancellationToken cancellationToken) =>
        RunAsync(RunForCaller, begin ? TimeSpan.Zero : TimeSpan.MaxValue, cancellationToken);

    private async Task<ParityProgress> RunAsync(TimeSpan runFor, TimeSpan walkEvery, CancellationToken cancellationToken)
    {
        var (ended, failed) = (true, new List<string>());
        foreach (var tool in Tools)
        {
            try
            {
                ended &= await RunAsync(tool, runFor, walkEvery, cancellationToken);
            }
            catch (CursorTakenException taken)
            {
                ended = false;
                Log.Taken(logger, taken.Name);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                failed.Add(tool.Name);
                Log.Failed(logger, tool.Name, FailureText.Of(failure));
            }
        }

        return new(ended && failed.Count == 0, failed);
    }

    private async Task<bool> RunAsync(IPersonList tool, TimeSpan runFor, TimeSpan walkEvery, CancellationToken cancellationToken)
    {
        if (await cursors.ClaimAsync($"(parity-{tool.Name})", cancellationToken) is not { } claim)
        {
            return false;
        }

        try
        {
            var started = clock.GetUtcNow();
            var walk = claim.Cursor is { } cursor ? JsonSerializer.Deserialize<ParityWalk>(cursor, HubJson.Options) : null;
            if (walk is null || (walk.Done && started - walk.StartedAt >= walkEvery))
            {
                walk = await BeginAsync(tool, walk, cancellationToken);
            }

            while (!walk.Done && clock.GetUtcNow() - started < runFor)
            {
                walk = await TakePageAsync(tool, walk, cancellationToken);
                if (walk.Done)
                {
                    await FinishAsync(tool, walk, cancellationToken);
                }

                claim = await cursors.MoveAsync(claim, JsonSerializer.Serialize(walk, HubJson.Options), cancellationToken);
            }

            return walk.Done;
        }
        finally
        {
            // Also after a failure, so that the next one who asks need not wait for the end of the claim.
            await cursors.ReleaseAsync(claim, CancellationToken.None);
        }
    }

    private IReadOnlyList<IPersonList> OthersOf(IPersonList tool) => [.. Tools.Where(other => other.Name != tool.Name)];

    private async Task<ParityWalk> BeginAsync(IPersonList tool, ParityWalk? before, CancellationToken cancellationToken)
    {
        var walk = ParityWalk.After(before, clock.GetUtcNow());
        foreach (var other in OthersOf(tool))
        {
            await store.ClearAsync(tool.Name, other.Name, walk.Run, cancellationToken);
        }

        return walk;
    }

    /// <summary>Compares a page. A page that is compared twice, after a crash, is counted once, because the sums move with the
    /// cursor.</summary>
    private async Task<ParityWalk> TakePageAsync(IPersonList tool, ParityWalk walk, CancellationToken cancellationToken)
    {
        var page = await tool.ListAsync(walk.Next, cancellationToken);
        var compared = await comparer.CompareAsync(tool, OthersOf(tool), page.People, cancellationToken);
        foreach (var other in compared.Where(person => person.Finding is not null).GroupBy(person => person.To))
        {
            var missing = other.Where(person => walk.Found(other.Key, person.Finding!.Cause) < MostListed).Select(ToMissing);
            await store.AddAsync(tool.Name, other.Key, walk.Run, missing, cancellationToken);
        }

        return walk.With(compared, page.Next);
    }

    private async Task FinishAsync(IPersonList tool, ParityWalk walk, CancellationToken cancellationToken)
    {
        foreach (var other in OthersOf(tool))
        {
            var report = walk.ReportOf(tool.Name, other.Name, clock.GetUtcNow());
            var before = await store.FindAsync(tool.Name, other.Name, cancellationToken);
            await news.TellAsync(report, before, cancellationToken);
            await store.FinishAsync(report, walk.Run, cancellationToken);
        }
    }

    private static MissingPerson ToMissing(ComparedPerson person) =>
        new(person.Record.Id, person.LeadId, person.Stage, person.Finding!.Cause, person.Finding.Reason);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The people of {Connector} could not be compared ({Failure}); the next run goes on.")]
        public static partial void Failed(ILogger logger, string connector, string failure);

        [LoggerMessage(2, LogLevel.Debug, "Another instance took over {Walk}.")]
        public static partial void Taken(ILogger logger, string walk);
    }
}
