using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Applies a delivery to journeys: read, enrich, match, then fold and commit each lead's facts, leads
/// concurrently, one commit a lead. Everything is idempotent, so an interrupted delivery is handled again.</summary>
public sealed class ProcessFlow(
    ConnectorSet connectors,
    EnrichFlow enrich,
    EventFlow events,
    FactFlow facts,
    ErasureFlow erasure,
    HubMetrics metrics,
    ConnectorStateStore states,
    TimeProvider time)
{
    /// <summary>Handles a delivery.</summary>
    /// <param name="again">Whether an earlier attempt may have been interrupted: a person may be known, but the
    /// vendor's data lost, so the vendor is asked again.</param>
    /// <exception cref="UnrecoverableMessageException">No connector reads it.</exception>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    /// <exception cref="VendorRefusedException">The vendor refused to enrich an event; all others
    /// are on their journeys.</exception>
    public async Task HandleAsync(Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector)
            ?? throw new UnrecoverableMessageException(
                "unknown-connector",
                $"No connector '{delivery.Connector}' is configured. Configure Connectors:{delivery.Connector} and replay.");
        var enriched = Bound(await EnrichAsync(reader, reader.Read(delivery), again, cancellationToken), delivery);
        var work = new DeliveryInHand(delivery, messageId, enriched.Lookups, again);
        var others = enriched.Events
            .Where(source => source is not PrivacyDeletedEvent)
            .ToLookup(source => source is EmailChangedEvent);

        var (moved, unclear) = await MoveAddressesAsync(others[true].OrderBy(source => source.OccurredAt), work, cancellationToken);
        var said = new LeadFacts();
        unclear |= await MatchAsync(others[false], work, said, cancellationToken);
        await facts.ApplyAsync(said, work, cancellationToken);
        await facts.ReviseAsync(enriched.Events, said, unclear ? [] : moved, cancellationToken);
        await facts.HoldAsync(work, cancellationToken);

        // Last: everything else in the delivery about the person is erased with them.
        var erasures = enriched.Events.OfType<PrivacyDeletedEvent>();
        await erasure.EraseAsync(delivery.Connector, erasures.SelectMany(source => source.People), cancellationToken);
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    /// <summary>Matches changes of address one by one and first, so an address has left its former holder when the next
    /// person is matched.</summary>
    /// <returns>The leads concerned, and whether a person must decide about an event.</returns>
    private async Task<(IReadOnlyList<LeadId> Moved, bool Unclear)> MoveAddressesAsync(
        IEnumerable<SourceEvent> changes, DeliveryInHand work, CancellationToken cancellationToken)
    {
        var (moved, unclear) = (new List<LeadId>(), false);
        foreach (var source in changes)
        {
            var said = new LeadFacts();
            unclear |= await events.MatchAsync(source, work, said, cancellationToken);
            await facts.ApplyAsync(said, work, cancellationToken);
            moved.AddRange(said.Leads);
        }

        return (moved, unclear);
    }

    /// <summary>Matches people first: events for known persons only must find them, and a deal names them by records
    /// alone.</summary>
    /// <returns>Whether a person must decide about an event.</returns>
    private async Task<bool> MatchAsync(
        IEnumerable<SourceEvent> sources, DeliveryInHand work, LeadFacts said, CancellationToken cancellationToken)
    {
        var unclear = false;
        foreach (var kind in sources
            .GroupBy(source => (source is DealEvent, source is LeadEvent { OnlyIfKnown: true })).OrderBy(group => group.Key))
        {
            await Together.RunAsync(kind, async source =>
            {
                if (await events.MatchAsync(source, work, said, cancellationToken))
                {
                    unclear = true;
                }
            });
        }

        return unclear;
    }

    /// <summary>Bounds the times of events, and counts those that lay ahead.</summary>
    private Enriched Bound(Enriched enriched, Delivery delivery)
    {
        var bounded = enriched with { Events = [.. enriched.Events.Select(source => FutureTimes.Bound(source, delivery.ReceivedAt))] };
        metrics.Ahead(delivery.Connector, bounded.Events.Count(source => source.SaidAt is not null));
        return bounded;
    }

    /// <summary>Enriches events. A failure marks the connector as failing.</summary>
    private async Task<Enriched> EnrichAsync(
        IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        try
        {
            return await enrich.RunAsync(connector, events, again, cancellationToken);
        }
        catch (VendorException failure)
        {
            states.Failed(connector.Name, failure);
            throw;
        }
    }
}
