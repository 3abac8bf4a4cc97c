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

/// <summary>Applies a delivery to journeys: read, enrich, match, then fold and commit each lead's facts, leads
/// concurrently, one commit a lead. Everything is idempotent, so an interrupted delivery is handled again.</summary>
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
    /// <summary>The most concurrent leads of a delivery, so that a large one leaves room for others.</summary>
    private const int AtOnce = 8;

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
        var lookups = new KeyLookups(identities);
        var enriched = await EnrichAsync(reader, reader.Read(delivery), lookups, again, cancellationToken);

        var facts = new ConcurrentDictionary<LeadId, LeadFacts>();
        // People first: events for known persons only must find them, and a deal names them by records alone.
        var (erasures, others) = (
            enriched.Events.Where(source => source.Kind == SourceEventKind.ContactPrivacyDeleted),
            enriched.Events.Where(source => source.Kind != SourceEventKind.ContactPrivacyDeleted));
        var (held, moved) = (false, new List<LeadId>());
        foreach (var source in others.Where(source => source.Kind == SourceEventKind.EmailChanged).OrderBy(source => source.OccurredAt))
        {
            // One by one, and first: an address has left its former holder when the next person is matched.
            var told = new ConcurrentDictionary<LeadId, LeadFacts>();
            held |= await MatchAsync(source, delivery, messageId, lookups, again, told, cancellationToken);
            await ForEachAsync(told, lead => ApplyAsync(lead.Key, lead.Value, delivery.Connector, cancellationToken));
            moved.AddRange(told.Keys);
        }

        foreach (var kind in others.Where(source => source.Kind != SourceEventKind.EmailChanged).GroupBy(
            source => (source.DealId is not null, source.OnlyIfKnown)).OrderBy(group => group.Key))
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

        // Last: everything else in the delivery about the person is erased with them.
        await ForEachAsync(erasures, source => erasure.EraseAsync(source.People, cancellationToken));
        metrics.Took(time.GetUtcNow() - delivery.ReceivedAt);
        states.Worked(delivery.Connector, delivery.ReceivedAt);
        if (enriched.Refused is { } refused)
        {
            ExceptionDispatchInfo.Throw(refused);
        }
    }

    /// <summary>Enriches events. A failure marks the connector as failing.</summary>
    private async Task<Enriched> EnrichAsync(
        IConnector connector, IReadOnlyList<SourceEvent> events, KeyLookups lookups, bool again, CancellationToken cancellationToken)
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
            // Another instance erased it: its tombstones are in the table.
            identities.Unsee(leadId);
            Drop(
                connector,
                facts.Where(fact => fact is not IdentitiesLinked).Select(fact => fact.DedupeKey.Split('#')[0]).Distinct().Count());
        }
        else if (said.Opening is { } opening && await matcher.EarlierAsync(opening.Records, cancellationToken) is { Count: > 0 } earlier)
        {
            // Read after the lead is stored: whoever parks a fact for it looks for the lead afterwards.
            await journeys.ApplyAsync(leadId, earlier, cancellationToken);
        }
    }

    private void Drop(string connector, int events)
    {
        metrics.Dropped(connector, "person-erased", events);
        states.Dropped(connector, events);
    }

    /// <summary>Checks open reviews, because merged and deleted records may settle them.</summary>
    private async Task ReviseAsync(
        IEnumerable<SourceEvent> events, ConcurrentDictionary<LeadId, LeadFacts> facts, IReadOnlyList<LeadId> moved,
        CancellationToken cancellationToken)
    {
        var settling = events.Where(source => source.Kind == SourceEventKind.ContactDeleted || !source.Merged.IsEmpty)
            .SelectMany(source => source.People.Concat(source.Merged)).ToHashSet();
        if (settling.Count > 0 || moved.Count > 0)
        {
            var leads = facts.Where(lead => lead.Value.Facts.OfType<RecordDeleted>().Any()).Select(lead => lead.Key).Concat(moved).ToList();
            await reviews.ReviseAsync(leads, settling, cancellationToken);
        }
    }

    /// <summary>Matches an event and collects its facts. Returns true when the delivery waits
    /// for a person's decision.</summary>
    private async Task<bool> MatchAsync(
        SourceEvent source, Delivery delivery, string messageId, KeyLookups lookups, bool again,
        ConcurrentDictionary<LeadId, LeadFacts> facts, CancellationToken cancellationToken)
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
            if (source is { Kind: SourceEventKind.Activity, People: [var person, ..] }
                && await matcher.WaitForPersonAsync(person, said, cancellationToken) is { } met)
            {
                Enqueue(met, said);
            }

            return false;
        }

        Log.NoKey(logger, messageId, delivery.Connector, source.Kind);
        await parked.ParkAsync(
            delivery, "no-usable-key", $"An event of kind {source.Kind} names no record and no valid e-mail address.", cancellationToken);
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

    /// <summary>Returns the linked keys as a fact. Keys of another lead are a fact of their own, even when the lead was
    /// known under them before.</summary>
    private static IdentitiesLinked IdentitiesOf(MatchedLead lead, SourceEvent source, Delivery delivery, string messageId)
    {
        var linked = FactMapper.ToIdentities(lead.Keys, source, delivery.Connector, delivery.ReceivedAt, messageId);
        return lead.TakenOver.Count == 0
            ? linked
            : linked with { DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{linked.DedupeKey}|{linked.OccurredAt.UtcTicks}") };
    }

    /// <summary>Removes an address that belongs to another lead from the event's profile.</summary>
    private static SourceEvent WithOwnAddress(SourceEvent source, LeadMatch match) =>
        source is { DealId: null, Profile: { } profile }
            && EmailAddress.TryParse(profile.Email, out var email)
            && !match.Leads.Any(lead => lead.Keys.Contains(IdentityKey.Email(email)))
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

    /// <summary>The delivery's facts about one lead.</summary>
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

        [LoggerMessage(
            1, LogLevel.Warning, "An event of kind {Kind} in message {MessageId} of {Connector} has no usable key and was parked.")]
        public static partial void NoKey(ILogger logger, string messageId, string connector, SourceEventKind kind);

        [LoggerMessage(2, LogLevel.Warning, "Event {Key} in message {MessageId} of {Connector} cannot be read and was parked.")]
        public static partial void Unreadable(ILogger logger, string messageId, string connector, string key);

        [LoggerMessage(
            3, LogLevel.Warning,
            "A person must decide whom an event in message {MessageId} of {Connector} is about: review {Review}, {Reason}.")]
        public static partial void Unclear(ILogger logger, string messageId, string connector, string review, ReviewReason reason);

        [LoggerMessage(
            4, LogLevel.Warning,
            "{Connector} lost events of {RecordType} at {At}; the next poll reads its records again.")]
        public static partial void Gap(ILogger logger, string connector, string recordType, DateTimeOffset? at);
    }
}
