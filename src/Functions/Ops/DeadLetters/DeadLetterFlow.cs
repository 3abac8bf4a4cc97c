using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Lists dead letters, replays them to their own queue or subscription, and purges them. A few are done while
/// the caller waits. More become a job that a timer continues.</summary>
internal sealed partial class DeadLetterFlow(
    DeadLetterQueue letters, DeadLetterWorker worker, DeadLetterJobStore jobs, AuditStore audit, TimeProvider time,
    ILogger<DeadLetterFlow> logger)
{
    /// <summary>The most dead letters that are looked at while a caller waits, oldest first.</summary>
    public const int LookedAtMost = 5_000;

    private const int JobsAtMost = 100;
    private const string PurgeEnded = "PurgeDeadLetters";

    private static readonly TimeSpan KeepFor = TimeSpan.FromDays(30);

    /// <summary>Lists a page of dead letters by peeking.</summary>
    /// <param name="after">The number of the last dead letter before the page; 0 for the first page.</param>
    /// <param name="most">The longest list.</param>
    public async Task<DeadLetterList> ListAsync(QueueEntity entity, long after, int most, CancellationToken cancellationToken)
    {
        var (list, capped) = await PeekAsync(entity, after + 1, most, cancellationToken);
        return new(entity.Name, list.Count, capped, list);
    }

    /// <summary>Counts the dead letters that match, at most of the oldest <see cref="LookedAtMost"/>. Changes
    /// nothing.</summary>
    public async Task<ReplayReport> CountAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        var (list, capped) = await PeekAsync(order.Entity, 0, LookedAtMost, cancellationToken);
        var meant = list.Where(letter => DeadLetterRules.Matches(letter, order.Reason, order.Connector)).ToList();
        return new(meant.Count, 0, DeadLetterRules.Add([], meant), true, capped);
    }

    /// <summary>Starts to replay or purge the dead letters that match and are there now. Repeating an order that is
    /// not over starts nothing.</summary>
    /// <param name="why">Why they are removed; null for a replay.</param>
    /// <param name="by">Who asks, as the audit names callers.</param>
    /// <returns>The job after its first run; null when the entity has another one.</returns>
    public async Task<DeadLetterJob?> StartAsync(ReplayOrder order, string? why, string by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var action = why is null ? DeadLetterAction.Replay : DeadLetterAction.Purge;
        var job = new DeadLetterJob(
            Guid.CreateVersion7(now).ToString("N")[^8..], action, order.Entity.Name, order.Reason, order.Connector, by, now)
        { Why = why, Through = await letters.LastAsync(order.Entity, cancellationToken) };
        if (await jobs.TryAddAsync(job, cancellationToken) is { } added)
        {
            return await RunAsync(added, LookedAtMost, cancellationToken);
        }

        var active = await jobs.FindActiveAsync(order.Entity.Name, cancellationToken);
        return active is { } same && (same.Action, same.Reason, same.Connector) == (action, order.Reason, order.Connector) ? active : null;
    }

    /// <summary>Continues all jobs, each for less than a minute. One instance works on a job at a time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var leased = await jobs.LeaseAsync(cancellationToken);
        await Task.WhenAll(leased.Select(job => RunAsync(job, int.MaxValue - job.Looked, cancellationToken)));
        if (leased.Count == 0)
        {
            await jobs.RemoveOldAsync(time.GetUtcNow() - KeepFor, JobsAtMost, cancellationToken);
        }
    }

    /// <summary>Returns the latest jobs, the newest first.</summary>
    public Task<IReadOnlyList<DeadLetterJob>> JobsAsync(CancellationToken cancellationToken) =>
        jobs.ListAsync(JobsAtMost, cancellationToken);

    /// <summary>Returns a job; null for none.</summary>
    public Task<DeadLetterJob?> FindAsync(string id, CancellationToken cancellationToken) => jobs.FindAsync(id, cancellationToken);

    /// <summary>Stops a job after its page. What it did stays done. A no-op for one that is over.</summary>
    /// <returns>The job, which is not over when it changed each time; null for none.</returns>
    public async Task<DeadLetterJob?> StopAsync(string id, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(id, cancellationToken);
        for (var attempt = 0; attempt < HubPipelines.Attempts && job is { IsOver: false }; attempt++)
        {
            var stopped = job with { State = DeadLetterState.Stopped, EndedAt = time.GetUtcNow() };
            if (await jobs.SaveAsync(stopped, cancellationToken) is { } saved)
            {
                await jobs.FreeAsync(saved, cancellationToken);
                await EndAsync(saved);
                return saved;
            }

            job = await jobs.FindAsync(id, cancellationToken);
        }

        return job;
    }

    private async Task<DeadLetterJob> RunAsync(DeadLetterJob job, int lookAtMost, CancellationToken cancellationToken)
    {
        try
        {
            var reached = await worker.RunAsync(job, lookAtMost, cancellationToken);
            if (reached.State == DeadLetterState.Done)
            {
                await EndAsync(reached);
            }

            return reached;
        }
        finally
        {
            // No token: a cancelled caller must not keep the job from the timer.
            await jobs.ReleaseAsync(job, CancellationToken.None);
        }
    }

    /// <summary>Says what came of a job. The audit keeps how many were removed, by whom and why.</summary>
    private async Task EndAsync(DeadLetterJob job)
    {
        if (job.Why is not { } why)
        {
            Log.Replayed(logger, job.Handled, job.Matched, job.Entity, job.Id, job.State);
        }
        else
        {
            Log.Purged(logger, job.Handled, job.Matched, job.Entity, job.Id, job.State);
            var subject = $"{job.Entity} {job.Id} {why}";
            var line = new AuditLine(
                time.GetUtcNow(), job.By, Permission.OpsReplay, PurgeEnded, null, subject, $"removed {job.Handled} of {job.Matched}");
            await audit.AddAsync([line], CancellationToken.None);
        }
    }

    private async Task<(IReadOnlyList<DeadLetter> Letters, bool Capped)> PeekAsync(
        QueueEntity entity, long next, int most, CancellationToken cancellationToken)
    {
        var list = new List<DeadLetter>();
        while (list.Count <= most
            && await letters.PeekAsync(entity, next, DeadLetterQueue.Page, cancellationToken) is { Count: > 0 } page)
        {
            list.AddRange(page.Select(DeadLetterRules.Describe));
            next = page[^1].SequenceNumber + 1;
        }

        return ([.. list.Take(most)], list.Count > most);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Replayed {Replayed} of {Matched} dead letters of {Entity}; job {Job} is {State}.")]
        public static partial void Replayed(ILogger logger, int replayed, int matched, string entity, string job, DeadLetterState state);

        [LoggerMessage(2, LogLevel.Information, "Purged {Purged} of {Matched} dead letters of {Entity}; job {Job} is {State}.")]
        public static partial void Purged(ILogger logger, int purged, int matched, string entity, string job, DeadLetterState state);
    }
}
