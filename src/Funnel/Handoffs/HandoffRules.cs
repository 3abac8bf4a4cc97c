namespace IntegrationHub.Funnel;

/// <summary>Decides when a lead is handed over, accepted and given back.</summary>
public static class HandoffRules
{
    /// <summary>Returns the id of the handoff that belongs to a stage entry.</summary>
    public static string IdFor(LeadId leadId, FunnelStage stage, DateTimeOffset enteredAt) =>
        CauseId.Of("handoff", leadId, stage, enteredAt);

    /// <summary>Returns the first fact that shows the receiving team at work on a handoff since its entry; null for
    /// none.</summary>
    /// <param name="tools">The connectors whose facts count.</param>
    public static Fact? FindWork(Handoff handoff, IEnumerable<Fact> facts, IReadOnlyCollection<string> tools, string? systemOfRecord) =>
        WithoutOldWork(FactOrder.Sort(facts, systemOfRecord))
            .FirstOrDefault(fact => tools.Contains(fact.Connector) && IsOf(handoff, fact) && ShowsWork(fact));

    /// <summary>Announces a handoff when the stage's owner differs from the last announced team. One
    /// that returns because of late facts is announced again under its old id. A lead without any
    /// record is not handed over.</summary>
    /// <returns>The ledger and the event; the same ledger and null when there is nothing to announce.</returns>
    internal static (JourneyLedger Ledger, HandoffAnnounced? Event) Announce(
        JourneyLedger ledger, Journey journey, FunnelSettings settings, DateTimeOffset now)
    {
        var present = journey.Entries[^1];
        var unannounced = ledger.UnannouncedEntry is { } entry && (entry.Stage, entry.EnteredAt) == (present.Stage, present.EnteredAt);
        var announced = ledger.AnnouncedOwner is null || (unannounced && !present.Past)
            ? settings.OwnerOf(FunnelStage.Awareness) : ledger.AnnouncedOwner;
        if (journey.Owner == announced || journey.Gone)
        {
            return (ledger, null);
        }

        // The owner has had the lead since before the hub began or met the person.
        if (present.Past)
        {
            return (ledger with { AnnouncedOwner = journey.Owner, UnannouncedEntry = present }, null);
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
        var next = ledger with { AnnouncedOwner = journey.Owner, UnannouncedEntry = null, Handoffs = [.. others, handoff] };
        var cause = CauseId.Of("handoffAnnounced", id, ledger.Handoffs.LastOrDefault()?.Id);
        return (next, new() { Id = cause, LeadId = journey.LeadId, At = now, Team = journey.Owner, HandoffId = id });
    }

    /// <summary>Records acceptance and return of each handoff, by the facts between its entry
    /// and the next handoff's.</summary>
    /// <returns>The ledger, and an event for each new return.</returns>
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
                events.Add(
                    new() { Id = CauseId.Of("handoffReturned", before.Id), LeadId = leadId, At = now, Team = team, HandoffId = before.Id });
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
            // The fact behind the next handoff may be this one's return, but not its work.
            if (!IsOf(handoff, fact) || fact.OccurredAt > nextEntry)
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

    /// <summary>Whether a fact is from the team's side and since the entry. Some tools stamp in full seconds.</summary>
    private static bool IsOf(Handoff handoff, Fact fact) =>
        fact.OccurredAt >= EchoRules.FullSecond(handoff.EnteredAt) && fact.Side == SideOf(handoff.To);

    private static Handoff Overtake(Handoff handoff, string owner, DateTimeOffset now) =>
        handoff.Delivery == HandoffDelivery.Pending && handoff.To != owner
            ? handoff with { Delivery = HandoffDelivery.Superseded, SettledAt = now } : handoff;

    /// <summary>Returns the side of a team's tool: marketing's is the marketing tool,
    /// every other team's the CRM.</summary>
    private static ToolSide SideOf(string team) => team == Team.Marketing ? ToolSide.Marketing : ToolSide.Crm;

    private static bool ShowsWork(Fact fact) => fact switch
    {
        HandoffAccepted or ActivityLogged or ActivityBooked { DueAt: not null } or ActivityBooked { DueOn: not null } => true,
        DealChanged => fact.Side == ToolSide.Crm,
        StageClaimed when fact.IsEchoOf(PersonProperty.Stage) => false,
        CampaignTouched or StageClaimed => fact.Side == ToolSide.Marketing,
        _ => false,
    };

    /// <summary>Drops old work. A record that the hub wrote last shows work or a return only by a new status.</summary>
    private static IEnumerable<Fact> WithoutOldWork(Fact[] ordered)
    {
        var statuses = new Dictionary<string, (string Raw, DateTimeOffset Since)>(StringComparer.Ordinal);
        foreach (var fact in ordered)
        {
            if (fact is FactsSummed sum)
            {
                foreach (var raws in sum.Stages.LastRaws)
                {
                    statuses[raws.Connector] = (raws.Raw, raws.Since);
                }
            }

            var known = statuses.GetValueOrDefault(fact.Connector);
            if (fact is StageClaimed or HandoffReturned && fact is { Side: ToolSide.Crm, Raw: { } raw } && raw != known.Raw)
            {
                statuses[fact.Connector] = (raw, fact.OccurredAt);
            }

            if (fact is not (HandoffAccepted { HubWroteLast: true } or HandoffReturned { HubWroteLast: true })
                || fact.Raw is not { } status
                || status != known.Raw
                || fact.OccurredAt == known.Since)
            {
                yield return fact;
            }
        }
    }
}
