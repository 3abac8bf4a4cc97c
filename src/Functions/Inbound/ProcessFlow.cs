using System.Collections.Concurrent;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Connectors.Common.Http;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Inbound;

/// <summary>
/// Puts a delivery on journeys: read, enrich what the hub does not know yet, find whose it is, and let every lead's facts be folded and committed, leads in parallel, one commit a lead.
/// Everything is idempotent, so that a delivery that failed half-way is simply handled again.
/// </summary>
public sealed partial class ProcessFlow(ConnectorSet connectors, EnrichFlow enrich, LeadMatcher matcher, JourneyFlow journeys, ParkedStore parked, HubMetrics metrics, ConnectorStateStore states,
    TimeProvider time, ILogger<ProcessFlow> logger)
{
    /// <summary>So many leads of one delivery at once: a large batch is not to crowd out the others.</summary>
    private const int AtOnce = 8;

    /// <summary>Handles one delivery.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="messageId">The message that brought it.</param>
    /// <param name="again">
    /// Whether an earlier attempt may have come half-way: a person may be known then and what the vendor said of them lost, so that the vendor is asked once more.
    /// </param>
    /// <param name="cancellationToken">Stops the handling; it is simply begun again.</param>
    /// <exception cref="HopelessMessageException">No connector reads it.</exception>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    /// <exception cref="VendorRefusedException">The vendor will not tell what an event lacks; all others are on their journeys.</exception>
    public async Task HandleAsync(Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector)
            ?? throw new HopelessMessageException("unknown-connector", $"No connector '{delivery.Connector}' is configured. Configure Connectors:{delivery.Connector} and replay.");
        var enriched = await EnrichAsync(reader, reader.Read(delivery), again, cancellationToken);

        var facts = new ConcurrentDictionary<LeadId, ConcurrentQueue<Fact>>();
        // People first: a deal names them by their records alone, which would be strangers where only the address is known.
        foreach (var kind in enriched.Events.ToLookup(source => source.DealId is not null).OrderBy(group => group.Key))
        {
            await ForEachAsync(kind, source => MatchAsync(source, delivery, messageId, again, facts, cancellationToken));
        }

        await ForEachAsync(facts, lead => journeys.ApplyAsync(lead.Key, [.. lead.Value], cancellationToken));
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            throw refused;
        }
    }

    /// <summary>A tool that does not tell what its events lack is failing, whoever notices it.</summary>
    private async Task<Enriched> EnrichAsync(IConnector connector, IReadOnlyList<SourceEvent> events, bool again, CancellationToken cancellationToken)
    {
        try
        {
            return await enrich.RunAsync(connector, events, again, cancellationToken);
        }
        catch (Exception failure) when (failure is VendorUnavailableException or VendorRefusedException or ConnectorNeedsAuthorizationException)
        {
            states.Failed(connector.Name, failure);
            throw;
        }
    }

    private async Task MatchAsync(
        SourceEvent source, Delivery delivery, string messageId, bool again, ConcurrentDictionary<LeadId, ConcurrentQueue<Fact>> facts, CancellationToken cancellationToken)
    {
        metrics.Read(delivery.Connector, source.Kind.ToString());
        if (source.Unreadable is { } unreadable)
        {
            Log.Unreadable(logger, messageId, delivery.Connector, source.DedupeKey);
            await parked.ParkAsync(delivery, "unreadable-event", unreadable, cancellationToken);
            return;
        }

        if (source.Kind is SourceEventKind.Ignored or SourceEventKind.ResyncRequired)
        {
            return;
        }

        var said = FactMapper.ToFacts(source, delivery.Connector, delivery.ReceivedAt, messageId);
        var match = await matcher.MatchAsync(source, delivery.Connector, again, cancellationToken);
        foreach (var lead in match.Leads)
        {
            Enqueue(lead.LeadId, lead.Keys.Count == 0 ? [] : [FactMapper.ToIdentities(lead.Keys, source, delivery.Connector, delivery.ReceivedAt, messageId)]);
            Enqueue(lead.LeadId, match.Earlier.Concat(said));
        }

        if (match.Leads.Count > 0)
        {
            return;
        }

        if (source.DealId is { } dealId)
        {
            foreach (var joined in await matcher.WaitAsync(IdentityKey.Deal(delivery.Connector, dealId), said, cancellationToken))
            {
                Enqueue(joined, said);
            }

            return;
        }

        Log.NoKey(logger, messageId, delivery.Connector, source.Kind);
        await parked.ParkAsync(delivery, "no-usable-key", $"An event of kind {source.Kind} names no record and no valid e-mail address.", cancellationToken);

        void Enqueue(LeadId leadId, IEnumerable<Fact> told)
        {
            var queue = facts.GetOrAdd(leadId, _ => []);
            foreach (var fact in told)
            {
                queue.Enqueue(fact);
            }
        }
    }

    /// <summary>Runs all to their end, whatever befalls one of them, and then throws the first failure: one bad event does not hold back the others.</summary>
    private static async Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> run)
    {
        using var places = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(items.Select(async item =>
        {
            await places.WaitAsync();
            try
            {
                await run(item);
            }
            finally
            {
                places.Release();
            }
        }));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An event of kind {Kind} in message {MessageId} of {Connector} has no usable key and was parked.")]
        public static partial void NoKey(ILogger logger, string messageId, string connector, SourceEventKind kind);

        [LoggerMessage(2, LogLevel.Warning, "Event {Key} in message {MessageId} of {Connector} cannot be read and was parked.")]
        public static partial void Unreadable(ILogger logger, string messageId, string connector, string key);
    }
}
