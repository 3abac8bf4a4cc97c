using System.Runtime.ExceptionServices;
using System.Threading.RateLimiting;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Writes a lead's current state to every tool that knows it: load, decide, compare, record,
/// write. Each write is recorded before it is made, so that its echo is recognised. A late or repeated
/// event finds nothing to write.</summary>
internal sealed partial class WriteBackFlow(
    JourneyFlow journeys, ConnectorSet connectors, SyncLoopBreakerFlow breakers, OutwardBreaker outward, ConnectorGate gate,
    FunnelSettings settings, TimeProvider clock, ILogger<WriteBackFlow> logger) : IDisposable
{
    /// <summary>How long a message waits for another one about its lead, and how long it stays away then. More would keep
    /// it in hand while a tool hangs, in the place of messages for other tools.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1), ComesBackAfter = TimeSpan.FromSeconds(5);

    /// <summary>One turn at a time for each lead. Leads share none: one whose tool hangs holds up no other.</summary>
    private readonly PartitionedRateLimiter<LeadId> _turns = PartitionedRateLimiter.Create<LeadId, LeadId>(static leadId =>
        RateLimitPartition.GetConcurrencyLimiter(leadId, static _ => new() { PermitLimit = 1, QueueLimit = int.MaxValue }));

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>Writes to the tools of one side. A failing tool stops no other.</summary>
    /// <param name="side">The CRMs, which accept handoffs, or all other tools.</param>
    /// <exception cref="VendorUnavailableException">A tool does not answer; retry later.</exception>
    /// <exception cref="UnrecoverableMessageException">A tool refused, and no retry would help.</exception>
    /// <exception cref="OutwardHeldException">Writes to a tool are held.</exception>
    /// <exception cref="ConnectorPausedException">A tool is paused.</exception>
    public async Task WriteBackAsync(FunnelEvent happened, ToolSide side, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(happened.LeadId, cancellationToken);
        var state = await journeys.LoadAsync(happened, cancellationToken);
        if (state is null || state.Facts.IsEmpty)
        {
            return;
        }

        if (happened is ProfileAnnounced)
        {
            await breakers.NotifyAsync(state, cancellationToken);
        }

        var targets = connectors.OfType<IPersonTarget>().Where(target => target is IHandoffTarget == (side == ToolSide.Crm)).ToList();
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var orders = WriteBackRules.Decide(state, journey, happened, targets, settings.WriteBack, clock.GetUtcNow());
        var failures = await Task.WhenAll(orders.Select(order => TryAsync(order, journey, happened.Id, cancellationToken)));
        ThrowIfAny(failures);
        if (happened is HandoffAnnounced announced && side == ToolSide.Marketing)
        {
            await NoteHandoffAsync(announced, journey, WriteBackRules.ShownIn(journey, orders, targets), cancellationToken);
        }
    }

    /// <summary>Prepares a tool for a handoff: writes an opt-out first, and reopens a returned lead.</summary>
    public async Task PrepareAsync(string connector, Journey journey, string handoffId, CancellationToken cancellationToken)
    {
        if (connectors.Find<IPersonTarget>(connector) is { } target)
        {
            using var turn = await TakeTurnAsync(journey.LeadId, cancellationToken);
            await WriteAsync(
                new(target, WriteBackRules.RecordsIn(journey, target), WriteBackRules.BeforeHandoff(journey), []), journey, handoffId,
                cancellationToken);
        }
    }

    /// <summary>Waits for the lead's turn, so that two events in this process do not write the same value. Two processes
    /// may do so, which is harmless.</summary>
    /// <exception cref="ConnectorPausedException">Another message about the lead takes long.</exception>
    private async Task<RateLimitLease> TakeTurnAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(LongestTurn, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellationToken);
        try
        {
            return await _turns.AcquireAsync(leadId, cancellationToken: either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorPausedException("the tools of the lead", ComesBackAfter);
        }
    }

    private async Task<Exception?> TryAsync(WriteOrder order, Journey journey, string cause, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Start(HubActivities.Write)?.SetTag("hub.connector", order.Target.Name);
        try
        {
            return await gate.DeliverAsync<Exception?>(
                order.Target.Name,
                async () =>
                {
                    await WriteAsync(order, journey, cause, cancellationToken);
                    return null;
                },
                cancellationToken);
        }
        catch (VendorException failure)
        {
            activity.Failed(failure);
            return failure;
        }
        catch (Exception waits) when (waits is OutwardHeldException or ConnectorPausedException)
        {
            return waits;
        }
    }

    /// <summary>Writes an order. Several of a person's records may lead to one, such as a
    /// converted lead and its contact.</summary>
    private async Task WriteAsync(WriteOrder order, Journey journey, string cause, CancellationToken cancellationToken)
    {
        if (!order.Stopped.IsEmpty)
        {
            await NoteAsync(journey.LeadId, WriteBackRules.StoppedNotes(journey, order, cause, clock.GetUtcNow()), null, cancellationToken);
        }

        var channel = new OutwardChannel(order.Target.Name, OutwardKind.Writes);
        var written = new HashSet<IdentityKey>();
        foreach (var record in order.Wish.IsEmpty ? [] : order.Records)
        {
            // Before the tool is asked, and counted only when something differs there.
            await outward.ThrowIfHeldAsync(channel, cancellationToken);
            if (await order.Target.PlanAsync(record, order.Wish, cancellationToken) is not { } plan || !written.Add(plan.Record))
            {
                continue;
            }

            await (plan.Writes.Count == 0
                ? NoteAndWriteAsync()
                : outward.RunAsync(channel, NoteAndWriteAsync, cancellationToken));

            async Task<bool> NoteAndWriteAsync()
            {
                var notes = WriteBackRules.NotesOf(plan, record, cause, clock.GetUtcNow());
                var holds = await NoteAsync(journey.LeadId, notes, order.Wish.Stage, cancellationToken);
                if (holds)
                {
                    await WriteAsync(order.Target, plan, journey.LeadId, cause, cancellationToken);
                }

                return holds;
            }
        }
    }

    private async Task WriteAsync(IPersonTarget target, WritePlan plan, LeadId leadId, string cause, CancellationToken cancellationToken)
    {
        if (plan.Writes.Count == 0)
        {
            return;
        }

        try
        {
            await target.WriteAsync(plan, cancellationToken);
            Log.Written(logger, target.Name, string.Join(", ", plan.Writes.Select(write => write.Property)), cause);
        }
        catch (VendorRefusedException)
        {
            await journeys.UpdateAsync(leadId, state => WriteBackRules.Refused(state, plan, cause), cancellationToken);
            throw;
        }
    }

    /// <summary>Records writes; returns whether they still hold. The person may have been
    /// erased, opted out or moved on since.</summary>
    private async Task<bool> NoteAsync(LeadId leadId, IEnumerable<OwnWrite> notes, FunnelStage? stage, CancellationToken cancellationToken)
    {
        OwnWrite[] taken = [.. notes];
        var state = await journeys.UpdateAsync(
            leadId, state => WriteBackRules.StillHold(state, taken, stage, settings) ? WriteBackRules.Noted(state, taken) : null,
            cancellationToken);
        return state is not null && WriteBackRules.StillHold(state, taken, stage, settings);
    }

    /// <summary>Throws a failure that a retry may mend first: the retry repeats the refused tool
    /// too, which is then thrown.</summary>
    internal static void ThrowIfAny(IReadOnlyList<Exception?> failures)
    {
        if (failures.FirstOrDefault(failure => failure is VendorException { MayPass: true }) is { } later)
        {
            ExceptionDispatchInfo.Throw(later);
        }

        if (failures.FirstOrDefault(failure => failure is OutwardHeldException or ConnectorPausedException) is { } waits)
        {
            ExceptionDispatchInfo.Throw(waits);
        }

        if (failures.OfType<VendorRefusedException>().FirstOrDefault() is { } refused)
        {
            throw new UnrecoverableMessageException(
                "vendor-refused", $"{refused.Message} Mend the cause in {refused.Connector}, then replay this message.", refused);
        }
    }

    /// <summary>Marks a handoff to marketing as delivered when a marketing tool shows it, and as superseded when the
    /// lead belongs to another team.</summary>
    private async Task NoteHandoffAsync(HandoffAnnounced announced, Journey journey, string? shownIn, CancellationToken cancellationToken)
    {
        var superseded = announced.Team != journey.Owner;
        if (shownIn is null && !superseded)
        {
            return;
        }

        await journeys.UpdateAsync(
            journey.LeadId,
            now => new(
                now.WithHandoff(announced.HandoffId, handoff => handoff.Delivery != HandoffDelivery.Pending ? handoff
                    : superseded ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = clock.GetUtcNow() }
                    : handoff with { Delivery = HandoffDelivery.Delivered, SettledAt = clock.GetUtcNow(), Connector = shownIn }),
                []),
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Wrote {Properties} to {Connector} after {Cause}.")]
        public static partial void Written(ILogger logger, string connector, string properties, string cause);
    }
}
