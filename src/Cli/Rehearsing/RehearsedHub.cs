using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>
/// A hub in memory with one configuration: mappers, facts, folds, handoffs, limits and what would be written. It has no
/// bus and no tables, and calls no tool. Deliveries are processed one after another; the time is that of their receipt.
/// </summary>
internal sealed class RehearsedHub : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly FunnelSettings _settings;
    private readonly RehearsedPeople _people;
    private readonly IReadOnlyList<IPersonTarget> _targets;
    private RoundRobinBoard _board = RoundRobinBoard.Empty;
    private DateTimeOffset _now = DateTimeOffset.MinValue;

    /// <param name="configuration">The hub's settings, with values that need not be true where secrets stand.</param>
    public RehearsedHub(IConfiguration configuration)
    {
        var services = new ServiceCollection().AddLogging();
        Hub.ReadSettings(services, configuration);
        _services = services.BuildServiceProvider();
        Connectors = _services.GetRequiredService<ConnectorSet>();
        _settings = _services.GetRequiredService<FunnelSettings>();
        _targets = Connectors.OfType<IPersonTarget>();
        _people = new(Connectors, _services.GetRequiredService<SharedAddresses>(), _services.GetRequiredService<PersonKeys>(), TakeOver);
    }

    /// <summary>Gets the connectors.</summary>
    public ConnectorSet Connectors { get; }

    /// <summary>Gets what was counted.</summary>
    public RehearsalCounts Counts { get; } = new();

    /// <summary>Gets the leads.</summary>
    public IEnumerable<RehearsedLead> Leads => _people.All;

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();

    /// <summary>Processes a delivery.</summary>
    public void Process(ArchivedDelivery delivery)
    {
        var (connector, receivedAt) = (delivery.Parts[0].Connector, delivery.Parts[0].ReceivedAt);
        _now = receivedAt > _now ? receivedAt : _now;
        if (Connectors.Find<IDeliveryReader>(connector) is not { } reader)
        {
            Counts.Unknown++;
            return;
        }

        IReadOnlyList<SourceEvent> events;
        try
        {
            // The answers of then come first.
            events = [.. delivery.Events(reader).Select((source, i) => i < delivery.Answers.Count ? AsMappedNow(source, reader) : source)];
        }
        catch (UnreadableDeliveryException)
        {
            Counts.Unreadable++;
            return;
        }

        var facts = new Dictionary<RehearsedLead, List<Fact>>();
        foreach (var source in events.OfType<LeadEvent>().OrderBy(source => source is DealEvent).ThenBy(source => source.OnlyIfKnown))
        {
            var bound = (LeadEvent)FutureTimes.Bound(source, receivedAt);
            Counts.Unanswered += bound.NeedsEnrichment.IsEmpty ? 0 : 1;
            Collect(bound, connector, receivedAt, delivery.MessageId, facts);
        }

        Counts.Unreadable += events.OfType<UnreadableEvent>().Count();
        foreach (var (lead, said) in facts.GroupBy(each => each.Key.Present, each => each.Value, (lead, said) =>
            (lead, said.SelectMany(each => each))))
        {
            Apply(lead, said);
        }
    }

    /// <summary>Lets the time pass up to the last delivery, so that limits that passed meanwhile count.</summary>
    public void End()
    {
        foreach (var lead in _people.All)
        {
            LetPass(lead, _now);
        }

        Counts.Questions = _people.Questions;
    }

    /// <summary>Maps the stage of a vendor's answer with today's map: answers were mapped when they came. That a deal is won
    /// or lost, a CRM says itself; elsewhere the map does, and the tool where the map does not know the stage.</summary>
    private static SourceEvent AsMappedNow(SourceEvent source, IConnector connector) => source switch
    {
        ContactCreatedEvent { ToStageRaw: { } raw } created =>
            created with { Stage = connector.MeaningOf(StageMapKind.Person, raw)?.Stage },
        StageChangedEvent { ToStageRaw: { } raw } changed =>
            changed with { Stage = connector.MeaningOf(StageMapKind.Person, raw)?.Stage },
        DealStateEvent { ToStageRaw: { } raw, Meaning.Status: DealStatus.Won or DealStatus.Lost } ended => connector is IHandoffTarget
            ? ended
            : ended with { Meaning = connector.MeaningOf(StageMapKind.Deal, raw) ?? ended.Meaning },
        DealStateEvent { ToStageRaw: { } raw } deal => deal with { Meaning = connector.MeaningOf(StageMapKind.Deal, raw) },
        _ => source,
    };

    private void Collect(
        LeadEvent source, string connector, DateTimeOffset receivedAt, string messageId, Dictionary<RehearsedLead, List<Fact>> facts)
    {
        var said = FactMapper.ToFacts(source, connector, receivedAt, messageId);
        var leads = _people.Find(source, connector, _now);
        if (leads.Count == 0)
        {
            _people.Wait(source, connector, said);
            return;
        }

        Fact[] all = [.. said, .. _people.Waited(source, connector)];
        foreach (var (lead, keys) in leads)
        {
            var its = facts.TryGetValue(lead, out var there) ? there : facts[lead] = [];
            if (keys.Count > 0)
            {
                its.Add(FactMapper.ToIdentities(keys, source, connector, receivedAt, messageId));
            }

            its.AddRange(all);
        }
    }

    private void Apply(RehearsedLead lead, IEnumerable<Fact> facts)
    {
        LetPass(lead, _now);
        Take(lead, JourneyRules.Decide(lead.State, facts, _settings, _now), _now);
    }

    private void TakeOver(RehearsedLead survivor, RehearsedLead gone, DateTimeOffset now)
    {
        (survivor.Handoffs, survivor.Alerts, survivor.Writes) =
            (survivor.Handoffs + gone.Handoffs, survivor.Alerts + gone.Alerts, survivor.Writes + gone.Writes);
        if (!gone.State.Facts.IsEmpty)
        {
            Take(survivor, MergeRules.TakeOver(survivor.State, gone.State, gone.State.Facts.Values, _settings, now), now);
        }
    }

    private void Take(RehearsedLead lead, JourneyDecision decision, DateTimeOffset now)
    {
        (lead.State, lead.Journey, lead.NextDue) = (decision.State, decision.Journey, decision.NextDue);
        Act(lead, decision.Events, now);
    }

    /// <summary>Raises what falls due up to a time, in order.</summary>
    private void LetPass(RehearsedLead lead, DateTimeOffset until)
    {
        while (lead.NextDue is { } due && due <= until && !lead.State.Facts.IsEmpty)
        {
            var decision = StallRules.Decide(lead.State, _settings, due);
            (lead.State, lead.Journey) = (decision.State, decision.Journey);
            lead.NextDue = decision.NextDue > due ? decision.NextDue : null;
            Act(lead, decision.Events, due);
        }
    }

    private void Act(RehearsedLead lead, IReadOnlyList<FunnelEvent> events, DateTimeOffset now)
    {
        foreach (var happened in events)
        {
            Write(lead, happened, now);
            switch (happened)
            {
                case HandoffAnnounced announced:
                    HandOver(lead, announced.HandoffId, now);
                    break;
                case LeadReturned:
                    Counts.Returns++;
                    break;
                case LeadStalled stalled:
                    lead.Alerts++;
                    lead.State = lead.State with
                    {
                        Ledger = lead.State.Ledger with
                        {
                            Alerts = [.. lead.State.Ledger.Alerts.Select(alert =>
                                alert.Id == stalled.AlertId ? alert with { Fate = AlertOutcome.Sent } : alert)],
                        },
                    };
                    break;
            }
        }

        if (events.Count > 0)
        {
            lead.NextDue = StallRules.NextDue(lead.Journey!, lead.State.Ledger, _settings) is { } due && due > now ? due : lead.NextDue;
        }
    }

    /// <summary>Gives a handoff to its person, and counts it as delivered at once.</summary>
    private void HandOver(RehearsedLead lead, string id, DateTimeOffset now)
    {
        if (lead.State.Ledger.Handoffs.FirstOrDefault(each => each.Id == id) is not { } handoff)
        {
            return;
        }

        lead.Handoffs++;
        if (HandoffRoutingRules.NeedsOwner(handoff, _settings))
        {
            var decision = HandoffRoutingRules.Decide(handoff, lead.Journey!, _settings, _board, now);
            _board = decision.RoundRobin is { } route
                ? _board with { LastInTurn = _board.LastInTurn.SetItem(route, decision.Assignment.Owner) } : _board;
            handoff = handoff with { Assignments = handoff.Assignments.Add(decision.Assignment with { DeliveredAt = now }) };
        }

        lead.State = lead.State.WithHandoff(id, _ => handoff with { Delivery = HandoffDelivery.Delivered, SettledAt = now });
    }

    private void Write(RehearsedLead lead, FunnelEvent happened, DateTimeOffset now)
    {
        foreach (var order in WriteBackRules.Decide(lead.State, lead.Journey!, happened, _targets, _settings.WriteBack, now))
        {
            foreach (var (record, property, value) in order.Records.SelectMany(record =>
                ValuesOf(order.Wish).Select(value => (record, value.Key, value.Value))))
            {
                if (lead.Wished.GetValueOrDefault((record, property)) != value)
                {
                    lead.Wished[(record, property)] = value;
                    lead.Writes++;
                    Counts.WritesTo[order.Target.Name] = Counts.WritesTo.GetValueOrDefault(order.Target.Name) + 1;
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<PersonProperty, string>> ValuesOf(PersonWish wish)
    {
        var values = wish.Profile;
        values = wish.Stage is { } stage ? values.SetItem(PersonProperty.Stage, stage.ToString()) : values;
        return wish.OptedOut is { } optedOut ? values.SetItem(PersonProperty.Consent, optedOut.ToString()) : values;
    }
}
