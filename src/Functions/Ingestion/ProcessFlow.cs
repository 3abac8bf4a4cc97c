using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops.Unmapped;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>
/// Puts a delivery on journeys: read, enrich what the hub does not know yet, find whose it is, and let every lead's facts be folded and committed, leads in parallel, one commit a lead.
/// Everything is idempotent, so that a delivery that failed half-way is simply handled again.
/// </summary>
public sealed partial class ProcessFlow(
    ConnectorSet connectors,
    EnrichFlow enrich,
    LeadMatcher matcher,
    JourneyFlow journeys,
    IdentityStore identities,
    ReviewFlow reviews,
    ErasureFlow erasure,
    ParkedStore parked,
    HubMetrics metrics,
    ConnectorStateStore states,
    UnmappedFlow unmapped,
    MissedStore missed,
    TimeProvider time,
    ILogger<ProcessFlow> logger)
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
    /// <exception cref="UnrecoverableMessageException">No connector reads it.</exception>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    /// <exception cref="VendorRefusedException">The vendor will not tell what an event lacks; all others are on their journeys.</exception>
    public async Task HandleAsync(Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector)
            ?? throw new UnrecoverableMessageException("unknown-connector", $"No connector '{delivery.Connector}' is configured. Configure Connectors:{delivery.Connector} and replay.");
        var lookups = new KeyLookups(identities);
        var enriched = await EnrichAsync(reader, reader.Read(delivery), lookups, again, cancellationToken);

        var facts = new ConcurrentDictionary<LeadId, LeadFacts>();
        // People first: what is only taken of a known person has to find them, and a deal names them by their records alone, which would be strangers where only the address is known.
        var (erasures, others) = (enriched.Events.Where(source => source.Kind == SourceEventKind.ContactPrivacyDeleted), enriched.Events.Where(source => source.Kind != SourceEventKind.ContactPrivacyDeleted));
        var (held, moved) = (false, new List<LeadId>());
        foreach (var source in others.Where(source => source.Kind == SourceEventKind.EmailChanged).OrderBy(source => source.OccurredAt))
        {
            // One by one, and first: an address has left its former holder when the next one is met.
            var told = new ConcurrentDictionary<LeadId, LeadFacts>();
            held |= await MatchAsync(source, delivery, messageId, lookups, again, told, cancellationToken);
            await ForEachAsync(told, lead => ApplyAsync(lead.Key, lead.Value, delivery.Connector, cancellationToken));
            moved.AddRange(told.Keys);
        }

        foreach (var kind in others.Where(source => source.Kind != SourceEventKind.EmailChanged).GroupBy(source => (source.DealId is not null, source.OnlyIfKnown)).OrderBy(group => group.Key))
        {
            await ForEachAsync(kind, async source =>
            {
                if (await MatchAsync(source, delivery, messageId, lookups, again, facts, cancellationToken))
                {
                    held = true;
                }
            });
        }

        await ForEachAsync(facts, lead => ApplyAsync(lead.Key, lead.Value, delivery.Connector, cancellationToken));
        await ReviseAsync(enriched.Events, facts, held ? [] : moved, cancellationToken);

        // Last: whatever else the delivery says of the person goes with them.
        await ForEachAsync(erasures, source => erasure.EraseAsync(source.People, cancellationToken));
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    /// <summary>A tool that does not tell what its events lack is failing, whoever notices it.</summary>
    private async Task<Enriched> EnrichAsync(IConnector connector, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, CancellationToken cancellationToken)
    {
        try
        {
            return await enrich.RunAsync(connector, events, lookups, again, cancellationToken);
        }
        catch (VendorException failure)
        {
            states.Failed(connector.Name, failure);
            throw;
        }
    }

    private async Task ApplyAsync(LeadId leadId, LeadFacts said, string connector, CancellationToken cancellationToken)
    {
        using var scope = Log.Lead(logger, leadId);
        IReadOnlyList<Fact> facts = [.. said.Facts];
        var state = await journeys.ApplyAsync(leadId, facts, said.Opening, cancellationToken);
        if (state is null)
        {
            // Erased by another instance: its tombstones are in the table.
            identities.Unsee(leadId);
            Drop(connector, facts.Where(fact => fact is not IdentitiesLinked).Select(fact => fact.DedupeKey.Split('#')[0]).Distinct().Count());
        }
        else if (said.Opening is { } opening && await matcher.EarlierAsync(opening.Records, cancellationToken) is { Count: > 0 } earlier)
        {
            // Looked for once the lead is there to be found: whoever keeps a fact for it looks for the lead after that.
            await journeys.ApplyAsync(leadId, earlier, cancellationToken);
        }
    }

    private void Drop(string connector, int events)
    {
        metrics.Dropped(connector, "person-erased", events);
        states.Dropped(connector, events);
    }

    /// <summary>Where records became one or are gone, a person may not be needed any more to tell whose something is.</summary>
    private async Task ReviseAsync(IEnumerable<SourceEvent> events, ConcurrentDictionary<LeadId, LeadFacts> facts, IReadOnlyList<LeadId> moved, CancellationToken cancellationToken)
    {
        var settling = events.Where(source => source.Kind == SourceEventKind.ContactDeleted || !source.Merged.IsEmpty).SelectMany(source => source.People.Concat(source.Merged)).ToHashSet();
        if (settling.Count > 0 || moved.Count > 0)
        {
            var leads = facts.Where(lead => lead.Value.Facts.OfType<RecordDeleted>().Any()).Select(lead => lead.Key).Concat(moved).ToList();
            await reviews.ReviseAsync(leads, settling, cancellationToken);
        }
    }

    /// <summary>Finds whose an event is, and what it tells of them. Returns true when the delivery is held, because a person has to say whose it is.</summary>
    private async Task<bool> MatchAsync(
        SourceEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again, ConcurrentDictionary<LeadId, LeadFacts> facts, CancellationToken cancellationToken)
    {
        metrics.Read(delivery.Connector, source.Kind.ToString());
        if (source.ReturnHeld)
        {
            metrics.ReturnHeld(delivery.Connector);
        }

        if (source.Unreadable is { } unreadable)
        {
            Log.Unreadable(logger, messageId, delivery.Connector, source.DedupeKey);
            await parked.ParkAsync(delivery, "unreadable-event", unreadable, cancellationToken);
            return false;
        }

        if (source.NotRead is { } notRead)
        {
            metrics.Dropped(delivery.Connector, "not-read", 1);
            missed.NoteUnread(delivery.Connector, notRead);
        }

        if (source.Gap is { } gap)
        {
            Log.Gap(logger, delivery.Connector, gap.RecordType, gap.At);
            await missed.NoteGapAsync(delivery.Connector, gap, cancellationToken);
        }

        if (source.Kind is SourceEventKind.Ignored or SourceEventKind.ResyncRequired)
        {
            return false;
        }

        var match = await matcher.MatchAsync(source, delivery, messageId, lookups, again, cancellationToken);
        if (match.Question is { } question)
        {
            Log.Unclear(logger, messageId, delivery.Connector, question.Id, question.Reason);
            await reviews.HoldAsync(question, delivery, messageId, cancellationToken);
            return true;
        }

        await unmapped.NoteAsync(source, delivery.Connector, [.. match.Leads.Select(lead => lead.LeadId)], cancellationToken);
        var said = FactMapper.ToFacts(WithOwnAddress(source, match), delivery.Connector, delivery.ReceivedAt, messageId);
        foreach (var lead in match.Leads)
        {
            Enqueue(lead.LeadId, lead.Keys.Count == 0 ? [] : [IdentitiesOf(lead, source, delivery, messageId)]);
            Enqueue(lead.LeadId, lead.Earlier.Concat(match.Earlier).Concat(said));
            facts[lead.LeadId].Open(lead.Opening);
        }

        if (match.Leads.Count > 0)
        {
            return false;
        }

        if (match.Erased)
        {
            Drop(delivery.Connector, 1);
            return false;
        }

        if (source.DealId is { } dealId)
        {
            foreach (var joined in await matcher.WaitAsync(IdentityKey.Deal(delivery.Connector, dealId), said, cancellationToken))
            {
                Enqueue(joined, said);
            }

            return false;
        }

        if (source.OnlyIfKnown)
        {
            if (source is { Kind: SourceEventKind.Activity, People: [var person, ..] } && await matcher.WaitForPersonAsync(person, said, cancellationToken) is { } met)
            {
                Enqueue(met, said);
            }

            return false;
        }

        Log.NoKey(logger, messageId, delivery.Connector, source.Kind);
        await parked.ParkAsync(delivery, "no-usable-key", $"An event of kind {source.Kind} names no record and no valid e-mail address.", cancellationToken);
        return false;

        void Enqueue(LeadId leadId, IEnumerable<Fact> told)
        {
            var queue = facts.GetOrAdd(leadId, _ => new()).Facts;
            foreach (var fact in told)
            {
                queue.Enqueue(fact);
            }
        }
    }

    /// <summary>Keys that were another lead's until now are a fact of their own, also where the lead had been known under them before.</summary>
    private static IdentitiesLinked IdentitiesOf(MatchedLead lead, SourceEvent source, Delivery delivery, string messageId)
    {
        var linked = FactMapper.ToIdentities(lead.Keys, source, delivery.Connector, delivery.ReceivedAt, messageId);
        return lead.TakenOver.Count == 0 ? linked : linked with { DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{linked.DedupeKey}|{linked.OccurredAt.UtcTicks}") };
    }

    /// <summary>An address that belongs to another lead is not to land in this one's profile.</summary>
    private static SourceEvent WithOwnAddress(SourceEvent source, LeadMatch match) =>
        source is { DealId: null, Profile: { } profile } && EmailAddress.TryParse(profile.Email, out var email) && !match.Leads.Any(lead => lead.Keys.Contains(IdentityKey.Email(email)))
            ? source with { Profile = profile with { Email = null } }
            : source;

    /// <summary>Runs every item to completion, then throws the first failure. One bad event stops no other.</summary>
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

    /// <summary>What a delivery says of one lead.</summary>
    private sealed class LeadFacts
    {
        private readonly Lock _opening = new();

        public ConcurrentQueue<Fact> Facts { get; } = [];

        /// <summary>Gets what is stored with the first facts of a new lead; null for a known one.</summary>
        public LeadOpening? Opening { get; private set; }

        public void Open(LeadOpening? opening)
        {
            lock (_opening)
            {
                Opening = LeadOpening.Join(Opening, opening);
            }
        }
    }

    private static partial class Log
    {
        public static readonly Func<ILogger, LeadId, IDisposable?> Lead = LoggerMessage.DefineScope<LeadId>("Lead {LeadId}");

        [LoggerMessage(1, LogLevel.Warning, "An event of kind {Kind} in message {MessageId} of {Connector} has no usable key and was parked.")]
        public static partial void NoKey(ILogger logger, string messageId, string connector, SourceEventKind kind);

        [LoggerMessage(2, LogLevel.Warning, "Event {Key} in message {MessageId} of {Connector} cannot be read and was parked.")]
        public static partial void Unreadable(ILogger logger, string messageId, string connector, string key);

        [LoggerMessage(3, LogLevel.Warning, "Whose an event in message {MessageId} of {Connector} is has to be decided by a person: review {Review}, {Reason}.")]
        public static partial void Unclear(ILogger logger, string messageId, string connector, string review, ReviewReason reason);

        [LoggerMessage(4, LogLevel.Warning, "{Connector} lost events of {RecordType} at {At}; its records are read again from before that with the next poll.")]
        public static partial void Gap(ILogger logger, string connector, string recordType, DateTimeOffset? at);
    }
}
