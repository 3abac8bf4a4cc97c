using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>
/// Puts a delivery on journeys: read, enrich what the hub does not know yet, find whose it is, and let every lead's facts
/// be folded and committed. Everything is idempotent, so that a delivery that failed half-way is simply handled again.
/// </summary>
public sealed class ProcessFlow(
    ConnectorSet connectors, EnrichFlow enrich, EventFlow events, FactFlow facts, ErasureFlow erasure, HubMetrics metrics, ConnectorStateStore states, TimeProvider time)
{
    /// <summary>Handles one delivery.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="messageId">The message that brought it.</param>
    /// <param name="again">
    /// Whether an earlier attempt may have come half-way: a person may be known then and what the vendor said of them lost, so that the vendor is asked once more.
    /// </param>
    /// <param name="cancellationToken">Stops the handling; it is simply begun again.</param>
    /// <exception cref="UnrecoverableMessageException">No connector reads it.</exception>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    /// <exception cref="VendorRefusedException">The vendor will not tell what an event lacks; all others are on their journeys.</exception>
    public async Task HandleAsync(Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector)
            ?? throw new UnrecoverableMessageException("unknown-connector", $"No connector '{delivery.Connector}' is configured. Configure Connectors:{delivery.Connector} and replay.");
        var enriched = await EnrichAsync(reader, reader.Read(delivery), again, cancellationToken);
        var work = new DeliveryInHand(delivery, messageId, enriched.Lookups, again);
        var others = enriched.Events.Where(source => source.Kind != SourceEventKind.ContactPrivacyDeleted).ToLookup(source => source.Kind == SourceEventKind.EmailChanged);

        var (moved, held) = await MoveAddressesAsync(others[true].OrderBy(source => source.OccurredAt), work, cancellationToken);
        var said = new LeadFacts();
        held |= await MatchAsync(others[false], work, said, cancellationToken);
        await facts.ApplyAsync(said, delivery.Connector, cancellationToken);
        await facts.ReviseAsync(enriched.Events, said, held ? [] : moved, cancellationToken);

        // Last: whatever else the delivery says of the person goes with them.
        var erasures = enriched.Events.Where(source => source.Kind == SourceEventKind.ContactPrivacyDeleted);
        await Together.RunAsync(erasures, source => erasure.EraseAsync(source.People, cancellationToken));
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    /// <summary>Changes of address, one by one and first: an address has left its former holder when the next one is met.</summary>
    /// <returns>The leads concerned, and whether a person has to say whose something is.</returns>
    private async Task<(IReadOnlyList<LeadId> Moved, bool Held)> MoveAddressesAsync(IEnumerable<SourceEvent> changes, DeliveryInHand work, CancellationToken cancellationToken)
    {
        var (moved, held) = (new List<LeadId>(), false);
        foreach (var source in changes)
        {
            var said = new LeadFacts();
            held |= await events.MatchAsync(source, work, said, cancellationToken);
            await facts.ApplyAsync(said, work.Connector, cancellationToken);
            moved.AddRange(said.Leads);
        }

        return (moved, held);
    }

    /// <summary>
    /// People first: what is only taken of a known person has to find them, and a deal names them by their records alone,
    /// which would be strangers where only the address is known.
    /// </summary>
    /// <returns>Whether a person has to say whose something is.</returns>
    private async Task<bool> MatchAsync(IEnumerable<SourceEvent> sources, DeliveryInHand work, LeadFacts said, CancellationToken cancellationToken)
    {
        var held = false;
        foreach (var kind in sources.GroupBy(source => (source.DealId is not null, source.OnlyIfKnown)).OrderBy(group => group.Key))
        {
            await Together.RunAsync(kind, async source =>
            {
                if (await events.MatchAsync(source, work, said, cancellationToken))
                {
                    held = true;
                }
            });
        }

        return held;
    }

    /// <summary>A tool that does not tell what its events lack is failing, whoever notices it.</summary>
    private async Task<Enriched> EnrichAsync(IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
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
