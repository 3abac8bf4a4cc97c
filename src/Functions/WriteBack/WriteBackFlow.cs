using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>
/// Brings what is so now to every tool that knows the lead and does not know it yet: load, decide, compare, note, write. Each write is noted before it is made, so that its echo is known when it
/// comes back. A late or repeated event finds the tools as they should be, and writes nothing.
/// </summary>
public sealed partial class WriteBackFlow(
    JourneyFlow journeys, ConnectorSet connectors, SyncLoopBreakerFlow breakers, ConnectorStateStore states, FunnelSettings settings, TimeProvider clock, ILogger<WriteBackFlow> logger)
{
    private const int Lanes = 256;

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Writes back to the tools of one side. One tool that fails holds back no other.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="side">The CRMs, which take leads over, or all other tools.</param>
    /// <param name="cancellationToken">Stops the calls; the message is handled again.</param>
    /// <exception cref="VendorUnavailableException">A tool does not answer: to be tried later.</exception>
    /// <exception cref="UnrecoverableMessageException">A tool refused, and none is worth another try.</exception>
    public async Task WriteBackAsync(FunnelEvent happened, ToolSide side, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        using var lane = await EnterAsync(happened.LeadId, cancellationToken);
        var state = await journeys.LoadAsync(happened, cancellationToken);
        if (state is null || state.Facts.IsEmpty)
        {
            return;
        }

        if (happened is ProfileAnnounced)
        {
            await breakers.TellAsync(state, cancellationToken);
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

    /// <summary>Makes a tool ready for a handoff: whoever has opted out has so there before anything else, and a lead that was given back is open again.</summary>
    /// <param name="connector">The tool.</param>
    /// <param name="journey">The lead.</param>
    /// <param name="handoffId">The handoff.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task PrepareAsync(string connector, Journey journey, string handoffId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journey);
        if (connectors.Find<IPersonTarget>(connector) is { } target)
        {
            using var lane = await EnterAsync(journey.LeadId, cancellationToken);
            await WriteAsync(new(target, WriteBackRules.RecordsIn(journey, target), WriteBackRules.BeforeHandoff(journey), []), journey, handoffId, cancellationToken);
        }
    }

    /// <summary>One event of a lead at a time in this process, so that two do not find the same thing missing and both write it. Between processes they may: then it is written twice, which does no harm.</summary>
    private async Task<IDisposable> EnterAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var lane = _locks[(uint)leadId.GetHashCode() % Lanes];
        await lane.WaitAsync(cancellationToken);
        return new Leaving(lane);
    }

    private async Task<Exception?> TryAsync(WriteOrder order, Journey journey, string cause, CancellationToken cancellationToken)
    {
        using var activity = HubActivities.Start(HubActivities.Write)?.SetTag("hub.connector", order.Target.Name);
        try
        {
            await WriteAsync(order, journey, cause, cancellationToken);
            states.Reached(order.Target.Name);
            return null;
        }
        catch (VendorException failure)
        {
            activity.Failed(failure);
            states.Failed(order.Target.Name, failure);
            return failure;
        }
    }

    /// <summary>A person may have several records in a tool, and some of them may lead to one.</summary>
    private async Task WriteAsync(WriteOrder order, Journey journey, string cause, CancellationToken cancellationToken)
    {
        if (!order.Stopped.IsEmpty)
        {
            await NoteAsync(journey.LeadId, WriteBackRules.StoppedNotes(journey, order, cause, clock.GetUtcNow()), null, cancellationToken);
        }

        var written = new HashSet<IdentityKey>();
        foreach (var record in order.Wish.IsEmpty ? [] : order.Records)
        {
            if (await order.Target.PlanAsync(record, order.Wish, cancellationToken) is { } plan && written.Add(plan.Record)
                && await NoteAsync(journey.LeadId, WriteBackRules.NotesOf(plan, record, cause, clock.GetUtcNow()), order.Wish.Stage, cancellationToken))
            {
                await WriteAsync(order.Target, plan, journey.LeadId, cause, cancellationToken);
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

    /// <summary>Returns whether the notes hold, so that they may be acted on: the person may have been erased since, have opted out or moved on.</summary>
    private async Task<bool> NoteAsync(LeadId leadId, IEnumerable<OwnWrite> notes, FunnelStage? stage, CancellationToken cancellationToken)
    {
        OwnWrite[] taken = [.. notes];
        var state = await journeys.UpdateAsync(leadId, state => WriteBackRules.StillHold(state, taken, stage, settings) ? WriteBackRules.Noted(state, taken) : null, cancellationToken);
        return state is not null && WriteBackRules.StillHold(state, taken, stage, settings);
    }

    /// <summary>A tool that may answer later goes first: the retry asks the one that refused again, and then it has the last word.</summary>
    internal static void ThrowIfAny(IReadOnlyList<Exception?> failures)
    {
        if (failures.FirstOrDefault(failure => failure is VendorException { MayPass: true }) is { } later)
        {
            ExceptionDispatchInfo.Throw(later);
        }

        if (failures.OfType<VendorRefusedException>().FirstOrDefault() is { } refused)
        {
            throw new UnrecoverableMessageException("vendor-refused", $"{refused.Message} Mend the cause in {refused.Connector}, then replay this message.", refused);
        }
    }

    /// <summary>A handoff to marketing is delivered once a marketing tool shows it, and overtaken once the lead belongs to another team.</summary>
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

    private sealed class Leaving(SemaphoreSlim lane) : IDisposable
    {
        public void Dispose() => lane.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Wrote {Properties} to {Connector} after {Cause}.")]
        public static partial void Written(ILogger logger, string connector, string properties, string cause);
    }
}
