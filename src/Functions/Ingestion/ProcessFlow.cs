using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Applies a delivery to journeys: read, enrich, match, then fold and commit each lead's facts, leads
/// concurrently, one commit a lead. Everything is idempotent, so an interrupted delivery is handled again.</summary>
internal sealed class ProcessFlow(
    ReadFlow read,
    ArchiveFlow archive,
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
        var enriched = await read.RunAsync(delivery, messageId, again, cancellationToken);
        var work = new DeliveryInHand(delivery, messageId, enriched.Lookups, again);
        await ApplyAsync(enriched.Events, work, cancellationToken);
        await EraseAsync(enriched.Events, work, cancellationToken);
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    /// <summary>Applies the events of a delivery to journeys, except erasures.</summary>
    public async Task ApplyAsync(IReadOnlyList<SourceEvent> all, DeliveryInHand work, CancellationToken cancellationToken)
    {
        var bounded = Bound(all, work.Delivery);
        var others = bounded
            .Where(source => source is not PrivacyDeletedEvent)
            .ToLookup(source => source is EmailChangedEvent);

        var (moved, unclear) = await MoveAddressesAsync(others[true].OrderBy(source => source.OccurredAt), work, cancellationToken);
        var said = new LeadFacts();
        unclear |= await MatchAsync(others[false], work, said, cancellationToken);
        await facts.ApplyAsync(said, work, cancellationToken);
        await facts.ReviseAsync(bounded, said, unclear ? [] : moved, cancellationToken);
    }

    /// <summary>Erases whom the delivery says to erase. Its archived form forgets whoever had been erased before.</summary>
    private async Task EraseAsync(IReadOnlyList<SourceEvent> all, DeliveryInHand work, CancellationToken cancellationToken)
    {
        // Held first: a restore queues it again, and it is archived then.
        await facts.HoldAsync(work, cancellationToken);
        await events.ParkAsync(work, cancellationToken);
        if (!work.Erased.IsEmpty)
        {
            await archive.ForgetAsync(work.Delivery, work.MessageId, work.Erased.ToHashSet(), cancellationToken);
        }

        // Last: everything else in the delivery about the person is erased with them.
        var erasures = all.OfType<PrivacyDeletedEvent>();
        await erasure.EraseAsync(work.Connector, erasures.SelectMany(source => source.People), cancellationToken);
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
            await facts.ApplyAsync(said, work with { Delivery = work.Delivery with { Part = null } }, cancellationToken);
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
            }, cancellationToken);
        }

        return unclear;
    }

    /// <summary>Bounds the times of events, and counts those that lay ahead.</summary>
    private IReadOnlyList<SourceEvent> Bound(IReadOnlyList<SourceEvent> all, Delivery delivery)
    {
        IReadOnlyList<SourceEvent> bounded = [.. all.Select(source => FutureTimes.Bound(source, delivery.ReceivedAt))];
        metrics.Ahead(delivery.Connector, bounded.Count(source => source.SaidAt is not null));
        return bounded;
    }
}
