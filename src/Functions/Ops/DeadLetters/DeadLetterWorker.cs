using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>Works on a leased job for less than a message's lock. Each page stores where the next one
/// continues.</summary>
internal sealed class DeadLetterWorker(DeadLetterQueue letters, DeadLetterJobStore jobs, HubOptions hub, TimeProvider time)
{
    /// <summary>A run ends before its locks expire. The next run continues.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>The most dead letters that are not meant and are kept locked until the end of a run. Those behind them
    /// can only be reached when more are set aside.</summary>
    internal const int HeldAtMost = 500;

    /// <summary>Continues a job until it is over, the time is, or it was stopped.</summary>
    /// <param name="lookAtMost">The most dead letters to look at in this run.</param>
    /// <returns>The job as it was stored last.</returns>
    public async Task<DeadLetterJob> RunAsync(DeadLetterJob job, int lookAtMost, CancellationToken cancellationToken)
    {
        var run = new Run(QueueProbe.Entities.Single(entity => entity.Name == job.Entity), time.GetTimestamp(), job.Looked + lookAtMost);
        var next = job;
        while (next is { State: DeadLetterState.Looking } && next.Looked < run.LookUntil && HasTime(run))
        {
            (job, next) = await SaveAsync(await LookAsync(next, run, cancellationToken), job, cancellationToken);
        }

        return next is { State: DeadLetterState.Working } ? await WorkAsync(next, run, cancellationToken) : next ?? job;
    }

    /// <summary>Looks at a page, and handles those meant that an earlier job set aside.</summary>
    private async Task<DeadLetterJob> LookAsync(DeadLetterJob job, Run run, CancellationToken cancellationToken)
    {
        var page = (await letters.PeekAsync(run.Entity, job.Position + 1, DeadLetterQueue.Page, cancellationToken))
            .Where(message => message.SequenceNumber <= job.Through).ToList();
        if (page.Count == 0)
        {
            return job with { State = DeadLetterState.Working };
        }

        var aside = page.Where(message => message.State == ServiceBusMessageState.Deferred && IsMeant(message, job));
        var fetched = await letters.FetchAsync(run.Entity, [.. aside.Select(message => message.SequenceNumber)], cancellationToken);
        var handled = await HandleAsync(job, fetched, run, cancellationToken);
        await letters.GiveBackAsync(run.Entity, fetched.Skip(handled));

        // Those for which there was no time are looked at again.
        var position = handled < fetched.Count ? fetched[handled].SequenceNumber - 1 : page[^1].SequenceNumber;
        var looked = page.Where(message => message.SequenceNumber <= position).ToList();
        var meant = looked.Where(message => IsMeant(message, job)).Select(DeadLetterRules.Describe).ToList();
        return job with
        {
            Position = position,
            Looked = job.Looked + looked.Count,
            Matched = job.Matched + meant.Count,
            Handled = job.Handled + handled,
            ByReason = DeadLetterRules.Add(job.ByReason, meant),
        };
    }

    /// <summary>Receives from the front of the queue. Those that are not meant stay locked, so that the next ones
    /// come.</summary>
    private async Task<DeadLetterJob> WorkAsync(DeadLetterJob job, Run run, CancellationToken cancellationToken)
    {
        var held = new List<ServiceBusReceivedMessage>();
        try
        {
            DeadLetterJob? next = job;
            while (next is { State: DeadLetterState.Working } && HasTime(run))
            {
                var batch = await letters.ReceiveAsync(run.Entity, cancellationToken);
                held.AddRange(batch);
                var meant = batch.Where(message => IsMeant(message, job)).ToList();
                var handled = await HandleAsync(job, meant, run, cancellationToken);
                held.RemoveAll(meant.Take(handled).Contains);
                var isEnd = !batch.Any(message => message.SequenceNumber <= job.Through);
                (job, next) = await SaveAsync(
                    job with
                    {
                        Handled = job.Handled + handled,
                        State = isEnd ? DeadLetterState.Done : job.State,
                        EndedAt = isEnd ? time.GetUtcNow() : null,
                    },
                    job, cancellationToken);
                await SetAsideAsync(held, job, run, cancellationToken);
            }

            return job;
        }
        finally
        {
            await letters.GiveBackAsync(run.Entity, held);
        }
    }

    private async Task SetAsideAsync(
        List<ServiceBusReceivedMessage> held, DeadLetterJob job, Run run, CancellationToken cancellationToken)
    {
        if (held.Count > HeldAtMost)
        {
            var others = held.Where(message => message.SequenceNumber <= job.Through && !IsMeant(message, job)).ToList();
            await letters.SetAsideAsync(run.Entity, others, cancellationToken);
            held.RemoveAll(others.Contains);
        }
    }

    /// <summary>Sends messages again, spaced evenly so that a replay does not overrun the tools, or removes
    /// them.</summary>
    /// <returns>How many there was time for, from the first on.</returns>
    private async Task<int> HandleAsync(
        DeadLetterJob job, IReadOnlyList<ServiceBusReceivedMessage> messages, Run run, CancellationToken cancellationToken)
    {
        if (job.Action == DeadLetterAction.Purge)
        {
            await Task.WhenAll(messages.Select(message => letters.RemoveAsync(run.Entity, message)));
            return messages.Count;
        }

        var handled = 0;
        foreach (var message in messages.TakeWhile(_ => HasTime(run)))
        {
            var early = TimeSpan.FromSeconds((double)run.Sent / hub.ReplayPerSecond) - time.GetElapsedTime(run.Started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, time, cancellationToken);
            }

            await letters.SendAgainAsync(run.Entity, message, cancellationToken);
            run.Sent++;
            handled++;
        }

        return handled;
    }

    /// <summary>Stores progress. A crash after it repeats nothing; a crash before it finds the handled ones
    /// gone.</summary>
    /// <returns>The job as it is stored, and the same for the next page; the latter is null when it was
    /// stopped.</returns>
    private async Task<(DeadLetterJob Job, DeadLetterJob? Next)> SaveAsync(
        DeadLetterJob next, DeadLetterJob before, CancellationToken cancellationToken)
    {
        var saved = await jobs.SaveAsync(next, cancellationToken);
        return (saved ?? await jobs.FindAsync(before.Id, cancellationToken) ?? before, saved);
    }

    private bool HasTime(Run run) => time.GetElapsedTime(run.Started) < LongestRun;

    private static bool IsMeant(ServiceBusReceivedMessage message, DeadLetterJob job) =>
        message.SequenceNumber <= job.Through
        && DeadLetterRules.Matches(DeadLetterRules.Describe(message), job.Reason, job.Connector);

    /// <summary>What one run shares.</summary>
    private sealed record Run(QueueEntity Entity, long Started, int LookUntil)
    {
        public int Sent { get; set; }
    }
}
