namespace IntegrationHub.Funnel;

/// <summary>Shows a hidden lead again, as if its erasure had never been asked for. Pure.</summary>
public static class RestoreRules
{
    /// <summary>Returns the state without the mark, and the events to publish again: messages that arrived while the
    /// lead was hidden had no effect. Handlers compare with what the tools have, so a repeat is harmless.</summary>
    public static JourneyDecision Restore(JourneyState hidden, FunnelSettings settings, DateTimeOffset now)
    {
        var state = hidden with { Ledger = hidden.Ledger with { ErasedAt = null, WatchedAt = null } };
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var events = EventsOf(state, journey, hidden.Ledger.ErasedAt, now).ToList();
        return new(state, journey, [], events, StallRules.NextDue(journey, state.Ledger, settings));
    }

    private static IEnumerable<FunnelEvent> EventsOf(JourneyState state, Journey journey, DateTimeOffset? since, DateTimeOffset now)
    {
        var (lead, ledger) = (state.LeadId, state.Ledger);
        string Id(string what, string of = "") => CauseId.Of("restored", what, lead, since, of);
        if (ledger.Consent is not null)
        {
            yield return new ConsentAnnounced { Id = Id("consent"), LeadId = lead, At = now, Team = journey.Owner };
        }

        if (ledger.PublishedEntry is { } entry)
        {
            yield return new StageChanged
            {
                Id = Id("stage"),
                LeadId = lead,
                At = now,
                Team = journey.Owner,
                From = journey.Entries.Length > 1 ? journey.Entries[^2].Stage : null,
                To = entry.Stage,
                Connector = entry.Connector,
            };
        }

        if (ledger.Profile is not null)
        {
            yield return new ProfileAnnounced { Id = Id("profile"), LeadId = lead, At = now, Team = journey.Owner };
        }

        foreach (var handoff in ledger.Handoffs.Where(handoff => handoff.Delivery == HandoffDelivery.Pending))
        {
            yield return new HandoffAnnounced
            { Id = Id("handoff", handoff.Id), LeadId = lead, At = now, Team = handoff.To, HandoffId = handoff.Id };
        }

        foreach (var alert in ledger.Alerts.Where(alert => alert.IsOnItsWay))
        {
            yield return new LeadStalled { Id = Id("alert", alert.Id), LeadId = lead, At = now, Team = journey.Owner, AlertId = alert.Id };
        }
    }
}
