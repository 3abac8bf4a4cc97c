using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Whether a handoff still holds, and what the hub notes of its delivery. Pure.</summary>
public static class HandoffDeliveryRules
{
    /// <summary>Looks at the handoff with the eyes of now: a late or repeated message does no harm.</summary>
    public static HandoffCourse Decide(JourneyState? state, string handoffId, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (state is null || state.Facts.IsEmpty || state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is not { } handoff)
        {
            return new HandoffCourse.Leave("the lead or the handoff is no longer known");
        }

        // A failed handoff comes again only when somebody has replayed its dead letter.
        if (handoff.Delivery is not (HandoffDelivery.Pending or HandoffDelivery.Failed))
        {
            return new HandoffCourse.Leave($"it is {handoff.Delivery} already");
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        if (journey.Erased)
        {
            return new HandoffCourse.Supersede("the person is erased");
        }

        if (journey.Owner != handoff.To || state.Ledger.Handoffs[^1].Id != handoffId)
        {
            return new HandoffCourse.Supersede($"the lead has moved on and belongs to {journey.Owner} by another handoff");
        }

        var brief = HandoffBrief.For(handoff, journey, state.Facts.Values, settings);
        return new HandoffCourse.Deliver(new(handoff, journey, brief, StallRules.DeadlineOf(handoff, journey, settings)));
    }

    /// <summary>The state with the handoff in the tool, and the tool's record among the lead's keys. Null where that is noted already.</summary>
    public static JourneyDecision? Delivered(JourneyState state, string handoffId, IHandoffTarget target, HandoffReceipt receipt, FunnelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(receipt);
        if (!state.Ledger.Handoffs.Any(handoff => handoff.Id == handoffId && handoff.Delivery != HandoffDelivery.Delivered))
        {
            return null;
        }

        var noted = Note(state, handoffId, handoff => handoff with { Delivery = HandoffDelivery.Delivered, SettledAt = now, Connector = target.Name, RecordUrl = receipt.RecordUrl });
        var linked = new IdentitiesLinked
        {
            DedupeKey = $"hub|handoff|{handoffId}|{receipt.Person.Canonical}",
            Connector = target.Name,
            Side = ToolSide.Crm,
            OccurredAt = now,
            ReceivedAt = now,
            Raw = "handoff delivered",
            Keys = [receipt.Person],
        };
        return JourneyRules.Decide(noted, [linked], settings, now);
    }

    /// <summary>The state with a change to one handoff.</summary>
    public static JourneyState Note(JourneyState state, string handoffId, Func<Handoff, Handoff> change)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state with { Ledger = state.Ledger with { Handoffs = [.. state.Ledger.Handoffs.Select(handoff => handoff.Id == handoffId ? change(handoff) : handoff)] } };
    }
}
