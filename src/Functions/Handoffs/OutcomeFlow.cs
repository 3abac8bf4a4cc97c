using IntegrationHub.Connectors.Common;
using IntegrationHub.Connectors.Common.Http;
using IntegrationHub.Functions.Inbound;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Brings the stage a lead is on now to every marketing tool that knows it: load, decide, write. A late or repeated event writes the same stage again, which the tools compare first.</summary>
public sealed partial class OutcomeFlow(JourneyFlow journeys, ConnectorSet connectors, ConnectorStateStore states, FunnelSettings settings, TimeProvider clock, ILogger<OutcomeFlow> logger)
{
    /// <summary>Writes back. One tool that fails holds back no other.</summary>
    /// <exception cref="VendorUnavailableException">A tool does not answer: to be tried later.</exception>
    /// <exception cref="HopelessMessageException">A tool refused, and none is worth another try.</exception>
    public async Task WriteBackAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var state = await journeys.LoadAsync(happened.LeadId, cancellationToken);
        if (state is null || state.Facts.IsEmpty)
        {
            return;
        }

        var targets = connectors.That<IStageTarget>();
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var writes = OutcomeRules.Decide(journey, targets);
        var failures = await Task.WhenAll(writes.Select(write => TryWriteAsync(write, happened.Id, cancellationToken)));
        ThrowIfAny(failures);
        await NoteAsync(state, journey, happened, OutcomeRules.ShownIn(journey, writes, targets), cancellationToken);
    }

    private async Task<Exception?> TryWriteAsync(StageWrite write, string cause, CancellationToken cancellationToken)
    {
        try
        {
            var written = await write.Target.WriteStageAsync(write.Person, write.Stage, cancellationToken);
            states.Reached(write.Target.Name);
            Log.Brought(logger, write.Target.Name, write.Stage, cause, written);
            return null;
        }
        catch (Exception failure) when (failure is VendorUnavailableException or VendorRefusedException or ConnectorNeedsAuthorizationException)
        {
            states.Failed(write.Target.Name, failure);
            return failure;
        }
    }

    /// <summary>A tool that may answer later goes first: the retry asks the one that refused again, and then it has the last word.</summary>
    private static void ThrowIfAny(IReadOnlyList<Exception?> failures)
    {
        if (failures.FirstOrDefault(failure => failure is VendorUnavailableException or ConnectorNeedsAuthorizationException) is { } later)
        {
            throw later;
        }

        if (failures.OfType<VendorRefusedException>().FirstOrDefault() is { } refused)
        {
            throw new HopelessMessageException("vendor-refused", $"{refused.Message} Mend the cause in {refused.Connector}, then replay this message.", refused);
        }
    }

    /// <summary>A handoff to marketing is delivered once a marketing tool shows it, and overtaken once the lead belongs to another team.</summary>
    private Task NoteAsync(JourneyState state, Journey journey, FunnelEvent happened, string? shownIn, CancellationToken cancellationToken)
    {
        var superseded = happened is HandoffAnnounced { Team: var team } && team != journey.Owner;
        if (happened is not HandoffAnnounced announced || (shownIn is null && !superseded))
        {
            return Task.CompletedTask;
        }

        return journeys.UpdateAsync(
            state.LeadId,
            now => new(
                HandoffDeliveryRules.Note(now, announced.HandoffId, handoff => handoff.Delivery != HandoffDelivery.Pending ? handoff
                    : superseded ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = clock.GetUtcNow() }
                    : handoff with { Delivery = HandoffDelivery.Delivered, SettledAt = clock.GetUtcNow(), Connector = shownIn }),
                [],
                null),
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Connector} shows stage {Stage} after {Cause}; written: {Written}.")]
        public static partial void Brought(ILogger logger, string connector, FunnelStage stage, string cause, bool written);
    }
}
