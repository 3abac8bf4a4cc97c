using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Delivers a handoff to the receiving team's tool: load, decide, deliver, save. The tool is written under the
/// hub's own ids, so a repeat after a crash finds its own record.</summary>
internal sealed partial class HandoffFlow(
    JourneyFlow journeys,
    AssignmentFlow assignments,
    WriteBackFlow writeBack,
    ReviewFlow reviews,
    HandoffTargets targets,
    OutwardBreaker outward,
    ConnectorGate gate,
    FunnelSettings settings,
    TimeProvider clock,
    ILogger<HandoffFlow> logger)
{
    /// <summary>Delivers an announced handoff that still holds, and writes back the rest of the event.</summary>
    /// <exception cref="VendorUnavailableException">The tool does not answer; retry later.</exception>
    /// <exception cref="UnrecoverableMessageException">The tool refused, or there is none.</exception>
    /// <exception cref="OutwardHeldException">Tasks to the tool are held.</exception>
    /// <exception cref="ConnectorPausedException">The tool is paused.</exception>
    public async Task DeliverAsync(FunnelEvent announced, CancellationToken cancellationToken)
    {
        if (announced is not HandoffAnnounced handoff)
        {
            await writeBack.WriteBackAsync(announced, ToolSide.Crm, cancellationToken);
            return;
        }

        var state = await journeys.LoadAsync(handoff, cancellationToken);
        switch (Decide(state, handoff))
        {
            case HandoffCourse.Leave leave:
                Log.NotDelivered(logger, handoff.HandoffId, leave.Why);
                break;
            case HandoffCourse.Close close:
                Log.NotDelivered(logger, handoff.HandoffId, close.Why);
                await CloseAsync(handoff, cancellationToken);
                break;
            case HandoffCourse.Deliver deliver:
                await AssignAndDeliverAsync(handoff, deliver.Order, cancellationToken);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown course {other}.");
        }
    }

    /// <summary>Records the owner in the ledger before the tool gets the handoff.</summary>
    private async Task AssignAndDeliverAsync(HandoffAnnounced announced, HandoffOrder order, CancellationToken cancellationToken)
    {
        if (await assignments.AssignAsync(order.Handoff, order.Journey, cancellationToken) is { } handoff)
        {
            await DeliverAsync(
                announced, order with { Handoff = handoff, Brief = order.Brief with { Links = targets.LinksTo(order.Journey) } },
                cancellationToken);
        }
    }

    private async Task DeliverAsync(HandoffAnnounced handoff, HandoffOrder order, CancellationToken cancellationToken)
    {
        if (targets.Of(order.Handoff) is not { } target)
        {
            await NoteAsync(handoff, HandoffDelivery.Failed, cancellationToken);
            throw new UnrecoverableMessageException(
                "no-handoff-target",
                $"No connector, or more than one, takes leads over for {order.Handoff.To}. "
                + $"Name one in the setting Handoffs:{order.Handoff.To}:Connector, then replay this message.");
        }

        try
        {
            var receipt = await gate.DeliverAsync(
                target.Name, () => PrepareAndDeliverAsync(handoff, target, order, cancellationToken), cancellationToken);
            if (receipt is null)
            {
                return;
            }

            // No token: the tool has the lead, and a stopping host must still record that.
            await journeys.UpdateAsync(
                handoff.LeadId,
                state => ToUpdate(HandoffDeliveryRules.Delivered(state, handoff.HandoffId, target, receipt, settings, clock.GetUtcNow())),
                CancellationToken.None);
            Log.Delivered(logger, handoff.HandoffId, target.Name);
        }
        catch (AmbiguousMatchException ambiguous)
        {
            await AskAsync(handoff, ambiguous, cancellationToken);
        }
        catch (VendorRefusedException refused)
        {
            await NoteAsync(handoff, HandoffDelivery.Failed, cancellationToken);
            throw new UnrecoverableMessageException(
                "vendor-refused", $"{refused.Message} Mend the cause in {target.Name}, then replay this message.", refused);
        }
    }

    private Task<HandoffReceipt?> PrepareAndDeliverAsync(
        HandoffAnnounced handoff, IHandoffTarget target, HandoffOrder order, CancellationToken cancellationToken) =>
        outward.RunAsync(
            new(target.Name, OutwardKind.Tasks),
            async () =>
            {
                await writeBack.PrepareAsync(target.Name, order.Journey, handoff.HandoffId, cancellationToken);
                return await DeliverAsync(handoff, target, HandoffDeliveryRules.For(target.Name, order, settings), cancellationToken);
            },
            cancellationToken);

    /// <summary>Delivers. A lead whose records were all deleted is not created again
    /// without a person's decision.</summary>
    /// <returns>Null when a person must decide first.</returns>
    private async Task<HandoffReceipt?> DeliverAsync(
        HandoffAnnounced handoff, IHandoffTarget target, HandoffOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return await target.DeliverAsync(order, cancellationToken);
        }
        catch (RecordsDeletedException deleted)
        {
            var review = await reviews.HoldAsync(
                handoff, deleted.Connector, ReviewReason.RecordsDeleted, deleted.Records, cancellationToken);
            if (review.Decision is null)
            {
                Log.Asked(logger, handoff.HandoffId, deleted.Connector, review.Id);
                return null;
            }
        }

        return await target.DeliverAsync(order with { MayRecreate = true }, cancellationToken);
    }

    /// <summary>Opens a review, and the handoff stays pending. The answer announces it again.</summary>
    /// <exception cref="UnrecoverableMessageException">The chosen record no longer exists.</exception>
    private async Task AskAsync(HandoffAnnounced handoff, AmbiguousMatchException ambiguous, CancellationToken cancellationToken)
    {
        var review = await reviews.HoldAsync(
            handoff, ambiguous.Connector, ReviewReason.SeveralMatches, ambiguous.Matches, cancellationToken);
        if (review.Decision is { } decision)
        {
            throw new UnrecoverableMessageException(
                "chosen-record-gone",
                $"{ambiguous.Message} Review {review.Id} chose {decision.Choose}, which is no longer there. "
                + $"Merge the others in {ambiguous.Connector}, then replay this message.");
        }

        Log.Asked(logger, handoff.HandoffId, ambiguous.Connector, review.Id);
    }

    /// <summary>Records why the handoff is not delivered, if that still holds. An announcement since has its own
    /// message.</summary>
    private async Task CloseAsync(HandoffAnnounced handoff, CancellationToken cancellationToken) =>
        await journeys.UpdateAsync(
            handoff.LeadId,
            state => Decide(state, handoff) is HandoffCourse.Close close
                ? new(
                    state.WithHandoff(
                        handoff.HandoffId,
                        noted => noted with { Delivery = close.Delivery, NotDeliveredReason = close.Why, SettledAt = clock.GetUtcNow() }),
                    [])
                : null,
            cancellationToken);

    private HandoffCourse Decide(JourneyState? state, HandoffAnnounced handoff) =>
        HandoffDeliveryRules.Decide(
            state, handoff.HandoffId, targets.Names, settings);

    private async Task NoteAsync(HandoffAnnounced handoff, HandoffDelivery delivery, CancellationToken cancellationToken) =>
        await journeys.UpdateAsync(
            handoff.LeadId,
            state =>
                new(state.WithHandoff(handoff.HandoffId, noted => noted with { Delivery = delivery, SettledAt = clock.GetUtcNow() }), []),
            cancellationToken);

    private static JourneyChange? ToUpdate(JourneyDecision? decision) => decision is null ? null : new(decision.State, decision.Events);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Handoff {HandoffId} is in {Connector}.")]
        public static partial void Delivered(ILogger logger, string handoffId, string connector);

        [LoggerMessage(2, LogLevel.Debug, "Handoff {HandoffId} is not delivered: {Why}.")]
        public static partial void NotDelivered(ILogger logger, string handoffId, string why);

        [LoggerMessage(
            3, LogLevel.Warning,
            "Handoff {HandoffId} waits until a person chooses its record of {Connector} in review {Review}.")]
        public static partial void Asked(ILogger logger, string handoffId, string connector, string review);
    }
}
