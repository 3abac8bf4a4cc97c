namespace IntegrationHub.Funnel;

/// <summary>When a lead passes from one team to another, and when it has been taken up or given back.</summary>
public static class HandoffRules
{
    /// <summary>The id of the handoff that a stage entry brings.</summary>
    public static string IdFor(LeadId leadId, FunnelStage stage, DateTimeOffset enteredAt) => CauseId.Of("handoff", leadId, stage, enteredAt);

    /// <summary>
    /// Announces a handoff when the present stage's owner is not the team last told: once for each crossing. One that comes back because facts came late
    /// (away and back to the very same entry) is announced again under its old id. A lead that no tool has any more is not handed over.
    /// </summary>
    /// <returns>The ledger and the event; the same ledger and null when there is nothing to announce.</returns>
    internal static (JourneyLedger Ledger, HandoffAnnounced? Event) Announce(JourneyLedger ledger, Journey journey, FunnelSettings settings, DateTimeOffset now)
    {
        var announced = ledger.AnnouncedOwner ?? settings.OwnerOf(FunnelStage.Awareness);
        if (journey.Owner == announced || journey.Gone)
        {
            return (ledger, null);
        }

        var id = IdFor(journey.LeadId, journey.Stage, journey.EnteredAt);
        var known = ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == id);
        var handoff = new Handoff
        {
            Id = id,
            To = journey.Owner,
            Stage = journey.Stage,
            EnteredAt = journey.EnteredAt,
            AnnouncedAt = now,
            Reason = journey.Entries[^1].Reason,
            Completeness = HandoffBrief.CompletenessOf(journey.Owner, journey),
        };
        if (known is { Delivery: HandoffDelivery.Delivered })
        {
            handoff = known with { AnnouncedAt = now };
        }

        var others = ledger.Handoffs.Where(other => other.Id != id).Select(other => Overtake(other, journey.Owner, now));
        var next = ledger with { AnnouncedOwner = journey.Owner, Handoffs = [.. others, handoff] };
        var cause = CauseId.Of("handoffAnnounced", id, ledger.Handoffs.LastOrDefault()?.Id);
        return (next, new() { Id = cause, LeadId = journey.LeadId, At = now, Team = journey.Owner, HandoffId = id });
    }

    /// <summary>Notes on each handoff when it was taken up and why it was given back, by the facts from its entry to the next handoff's.</summary>
    /// <returns>The ledger, and an event for each handoff given back that was not known to be.</returns>
    internal static (JourneyLedger Ledger, IReadOnlyList<LeadReturned> Events) Follow(
        JourneyLedger ledger, LeadId leadId, Fact[] ordered, FunnelSettings settings, DateTimeOffset now)
    {
        var handoffs = ledger.Handoffs.ToBuilder();
        var events = new List<LeadReturned>();
        Fact[] telling = handoffs.Count == 0 ? [] : [.. WithoutOldWork(ordered)];
        for (var i = 0; i < handoffs.Count; i++)
        {
            var before = handoffs[i];
            var after = Follow(before, i + 1 < handoffs.Count ? handoffs[i + 1].EnteredAt : null, telling);
            handoffs[i] = after;
            if (after.ReturnedReason is not null && before.ReturnedReason is null)
            {
                var team = settings.OwnerOf(settings.RecycleTo);
                events.Add(new() { Id = CauseId.Of("handoffReturned", before.Id), LeadId = leadId, At = now, Team = team, HandoffId = before.Id });
            }
        }

        return (ledger with { Handoffs = handoffs.ToImmutable() }, events);
    }

    private static Handoff Follow(Handoff handoff, DateTimeOffset? nextEntry, Fact[] ordered)
    {
        var accepted = handoff.AcceptedAt;
        string? returned = null;
        foreach (var fact in ordered)
        {
            // The fact that brings the next handoff may be the return, but is no more work on this one.
            if (fact.OccurredAt < handoff.EnteredAt || fact.OccurredAt > nextEntry || fact.Side != SideOf(handoff.To))
            {
                continue;
            }

            if (returned is null && fact is HandoffReturned { Reason: var reason })
            {
                returned = reason;
            }

            if (ShowsWork(fact) && (nextEntry is null || fact.OccurredAt < nextEntry) && (accepted is null || fact.OccurredAt < accepted))
            {
                accepted = fact.OccurredAt.ToUniversalTime();
            }
        }

        return handoff with { AcceptedAt = accepted, ReturnedReason = returned ?? handoff.ReturnedReason };
    }

    private static Handoff Overtake(Handoff handoff, string owner, DateTimeOffset now) =>
        handoff.Delivery == HandoffDelivery.Pending && handoff.To != owner ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = now } : handoff;

    /// <summary>Marketing works in the marketing tool, every other team in the CRM.</summary>
    private static ToolSide SideOf(string team) => team == Team.Marketing ? ToolSide.Marketing : ToolSide.Crm;

    private static bool ShowsWork(Fact fact) => fact switch
    {
        HandoffAccepted or ActivityLogged or ActivityBooked { DueAt: not null } or ActivityBooked { DueOn: not null } => true,
        DealChanged => fact.Side == ToolSide.Crm,
        StageClaimed when fact.IsEchoOf(PersonProperty.Stage) => false,
        CampaignTouched or StageClaimed => fact.Side == ToolSide.Marketing,
        _ => false,
    };

    /// <summary>A record that the hub wrote last shows work only by a status that is news: one that had been told before may be of work on an earlier handoff.</summary>
    private static IEnumerable<Fact> WithoutOldWork(Fact[] ordered)
    {
        var told = new Dictionary<string, (string Raw, DateTimeOffset Since)>(StringComparer.Ordinal);
        foreach (var fact in ordered)
        {
            var known = told.GetValueOrDefault(fact.Connector);
            if (fact is StageClaimed or HandoffReturned && fact is { Side: ToolSide.Crm, Raw: { } raw } && raw != known.Raw)
            {
                told[fact.Connector] = (raw, fact.OccurredAt);
            }

            if (fact is not HandoffAccepted { HubWroteLast: true, Raw: { } status } || status != known.Raw || fact.OccurredAt == known.Since)
            {
                yield return fact;
            }
        }
    }
}
