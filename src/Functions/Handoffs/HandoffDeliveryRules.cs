using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Decides whether a handoff still holds, and records its delivery. Pure.</summary>
internal static class HandoffDeliveryRules
{
    /// <summary>Decides against the lead's current state, so late or duplicate messages are harmless.</summary>
    /// <param name="tools">The connectors that accept handoffs. Work in one of them makes a task needless.</param>
    public static HandoffCourse Decide(
        JourneyState? state, string handoffId, IReadOnlyCollection<string> tools, FunnelSettings settings)
    {
        if (state is null
            || state.Facts.IsEmpty
            || state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is not { } handoff)
        {
            return new HandoffCourse.Leave("the lead or the handoff is no longer known");
        }

        if (!IsToBeDelivered(handoff))
        {
            return new HandoffCourse.Leave($"it is {handoff.Delivery} already");
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        if (handoff.Delivery == HandoffDelivery.Delivered && !Waits(state, handoffId))
        {
            return new HandoffCourse.Leave("it has been taken up, given back or overtaken since its time was over");
        }

        if (journey.Erased)
        {
            return new HandoffCourse.Close(HandoffDelivery.Superseded, "the person is erased");
        }

        if (journey.Owner != handoff.To || state.Ledger.Handoffs[^1].Id != handoffId)
        {
            return new HandoffCourse.Close(
                HandoffDelivery.Superseded, $"the lead has moved on and belongs to {journey.Owner} by another handoff");
        }

        if (handoff.Delivery != HandoffDelivery.Delivered
            && HandoffRules.FindWork(handoff, state.Facts.Values, tools, settings.SystemOfRecord) is { } work)
        {
            return new HandoffCourse.Close(HandoffDelivery.TakenUp, $"{work.Connector} shows work on it already: {Describe(work)}");
        }

        var brief = HandoffBrief.For(handoff, journey, state.Facts.Values, settings);
        return new HandoffCourse.Deliver(new(handoff, journey, brief, StallRules.DeadlineOf(handoff, journey, settings)));
    }

    /// <summary>Whether a handoff waits to be accepted: it is the lead's last, not accepted,
    /// returned or superseded.</summary>
    public static bool Waits(JourneyState? state, string handoffId) =>
        state is { Facts.IsEmpty: false, Ledger: { MergedInto: null, ErasedAt: null } ledger }
        && ledger.Handoffs.LastOrDefault() is { AcceptedAt: null, ReturnedReason: null, Delivery: not HandoffDelivery.Superseded } last
        && last.Id == handoffId
        && !state.Facts.Values.Any(fact => fact is PersonErased);

    /// <summary>Returns the order with the tool's ids of its present and earlier owners.</summary>
    public static HandoffOrder For(string connector, HandoffOrder order, FunnelSettings settings)
    {
        string?[] ids =
        [
            .. order.Handoff.Assignments.Select(assignment =>
                settings.Routing.Teams.GetValueOrDefault(order.Handoff.To)?.Find(assignment.Owner)?.Ids.GetValueOrDefault(connector)),
        ];
        return order with { OwnerId = ids.LastOrDefault(), GivenBefore = [.. ids.SkipLast(1).OfType<string>()] };
    }

    /// <summary>Returns the state with the handoff delivered and the tool's record linked; null
    /// when it is recorded already.</summary>
    public static JourneyDecision? Delivered(
        JourneyState state, string handoffId, IHandoffTarget target, HandoffReceipt receipt, FunnelSettings settings, DateTimeOffset now)
    {
        if (!state.Ledger.Handoffs.Any(handoff => handoff.Id == handoffId && IsToBeDelivered(handoff)))
        {
            return null;
        }

        var noted = state.WithHandoff(handoffId, handoff => handoff with
        {
            Delivery = HandoffDelivery.Delivered,
            SettledAt = now,
            Connector = target.Name,
            RecordUrl = receipt.RecordUrl,
            Assignments = Delivered(handoff.Assignments, receipt, now),
        });
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
        return JourneyRules.Decide(
            receipt.MadeOptedOut ? NoteOptOut(noted, handoffId, receipt.Person, now) : noted, [linked], settings, now);
    }

    private static string Describe(Fact work) => work switch
    {
        DealChanged { Status: { } status } deal => $"deal {deal.DealId} is {status.ToString().ToLowerInvariant()}",
        DealChanged deal => $"deal {deal.DealId} was changed",
        HandoffAccepted => "the team has accepted it",
        ActivityBooked => "an activity is booked",
        _ => "an activity was logged",
    };

    /// <summary>Records an opt-out that the hub wrote into a new record, so that its echo is recognised.</summary>
    private static JourneyState NoteOptOut(JourneyState state, string handoffId, IdentityKey person, DateTimeOffset now)
    {
        var write = new OwnWrite
        {
            Connector = person.Connector,
            Record = person.Id,
            Property = PersonProperty.Consent,
            Value = EchoRules.Fingerprint(person, PersonProperty.Consent, ConsentState.OptedOut.ToString()),
            Outcome = WriteOutcome.Written,
            At = now,
            Cause = handoffId,
        };
        return state with { Ledger = EchoRules.Note(state.Ledger, [write]) };
    }

    /// <summary>Whether to deliver a handoff again: a failed one after its dead letter is replayed, a delivered
    /// one when it is rerouted.</summary>
    private static bool IsToBeDelivered(Handoff handoff) => handoff.Delivery switch
    {
        HandoffDelivery.Pending or HandoffDelivery.Failed => true,
        HandoffDelivery.Delivered => handoff.Assignments.LastOrDefault() is { LapsedAt: not null } or { DeliveredAt: null },
        _ => false,
    };

    private static ImmutableArray<Assignment> Delivered(
        ImmutableArray<Assignment> assignments, HandoffReceipt receipt, DateTimeOffset now) =>
        assignments is [.., var last]
            ? assignments.SetItem(assignments.Length - 1, last with { DeliveredAt = now, KeptBy = receipt.KeptBy })
            : assignments;
}
