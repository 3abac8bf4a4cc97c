using System.Globalization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ops.Unmapped;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Matches an event and collects its facts. An event without a lead waits, is parked, or counts as
/// dropped.</summary>
internal sealed partial class EventFlow(
    LeadMatcher matcher, ReviewFlow reviews, ParkedFlow parked, UnmappedFlow unmapped, MissedStore missed, HubMetrics metrics,
    DroppedEvents dropped, ILogger<EventFlow> logger)
{
    /// <summary>Matches an event and adds its facts to those of its delivery.</summary>
    /// <returns>True when the delivery waits for a person's decision.</returns>
    public async Task<bool> MatchAsync(SourceEvent source, DeliveryInHand work, LeadFacts facts, CancellationToken cancellationToken)
    {
        metrics.Read(work.Connector, source.Kind.ToString());
        if (source is not LeadEvent said)
        {
            await NoteAsync(source, work, cancellationToken);
            return false;
        }

        return await MatchAsync(said, work, facts, cancellationToken);
    }

    /// <summary>Parks a delivery once for all its faults. A no-op for one without.</summary>
    public Task ParkAsync(DeliveryInHand work, CancellationToken cancellationToken) => work.Faults.IsEmpty
        ? Task.CompletedTask
        : parked.ParkAsync(
            work.Delivery, [.. work.Faults.OrderBy(fault => fault.Reason, StringComparer.Ordinal)], cancellationToken);

    private async Task<bool> MatchAsync(LeadEvent source, DeliveryInHand work, LeadFacts facts, CancellationToken cancellationToken)
    {
        if (source is HandoffReturnedEvent { IsHeld: true })
        {
            metrics.ReturnHeld(work.Connector);
        }

        var match = await matcher.MatchAsync(source, work.Delivery, work.MessageId, work.Lookups, work.Again, cancellationToken);
        if (match.Question is { } question)
        {
            Log.Unclear(logger, work.MessageId, work.Connector, question.Id, question.Reason);
            await reviews.HoldAsync(question, work.Delivery, work.MessageId, cancellationToken);
            return true;
        }

        if (match.Erased)
        {
            await NoteErasedAsync(source, work, cancellationToken);
        }

        await unmapped.NoteAsync(source, work.Connector, [.. match.Leads.Select(lead => lead.LeadId)], cancellationToken);
        var said = FactMapper.ToFacts(WithOwnAddress(source, match), work.Connector, work.Delivery.ReceivedAt, work.MessageId);
        foreach (var lead in match.Leads)
        {
            IEnumerable<Fact> identities = lead.Keys.Count == 0 ? [] : [IdentitiesOf(lead, source, work)];
            facts.Add(lead.LeadId, [.. identities, .. lead.Earlier, .. match.Earlier, .. said], lead.Opening);
        }

        if (match.Leads.Count == 0)
        {
            await KeepAsync(source, match, work, said, facts, cancellationToken);
        }

        return false;
    }

    /// <summary>Notes the keys of an event whose persons were erased.</summary>
    private static async Task NoteErasedAsync(LeadEvent source, DeliveryInHand work, CancellationToken cancellationToken)
    {
        var owners = await work.Lookups.LookUpAsync(DeliveryKeys.Of(source), cancellationToken);
        foreach (var (key, _) in owners.Where(pair => pair.Value.Erased))
        {
            work.Erased.Add(key);
        }
    }

    /// <summary>Parks or records an event that says nothing about a lead.</summary>
    private async Task NoteAsync(SourceEvent source, DeliveryInHand work, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case UnreadableEvent unreadable:
                Log.Unreadable(logger, work.MessageId, work.Connector, source.DedupeKey);
                work.Faults.Add(new("unreadable-event", unreadable.Why));
                break;
            case UnreadEvent unread:
                metrics.Dropped(work.Connector, "not-read", 1);
                missed.NoteUnread(work.Connector, unread.VendorKind);
                break;
            case ResyncEvent { Gap: { } gap }:
                Log.Gap(logger, work.Connector, gap.RecordType, gap.At);
                await missed.NoteGapAsync(work.Connector, gap, cancellationToken);
                break;
            case ResyncEvent or IgnoredEvent:
                break;
            default:
                throw new InvalidOperationException($"Unknown event {source.GetType().Name}.");
        }
    }

    /// <summary>Handles an event without a lead. It is dropped for an erased person, waits for its people, is
    /// ignored, or is parked.</summary>
    private async Task KeepAsync(
        LeadEvent source, LeadMatch match, DeliveryInHand work, IReadOnlyList<Fact> said, LeadFacts facts,
        CancellationToken cancellationToken)
    {
        switch (source)
        {
            case var _ when match.Erased:
                dropped.Count(work.Connector, "person-erased", 1);
                foreach (var key in DeliveryKeys.Of(source))
                {
                    work.ErasedKeys.Add(key);
                }

                break;
            case DealEvent { DealId: var dealId }:
                foreach (var joined in await matcher.WaitAsync(IdentityKey.Deal(work.Connector, dealId), said, cancellationToken))
                {
                    facts.Add(joined, said);
                }

                break;
            case ActivityEvent { OnlyIfKnown: true, People: [var person, ..] }:
                if (await matcher.WaitForPersonAsync(person, said, cancellationToken) is { } met)
                {
                    facts.Add(met, said);
                }

                break;
            case { OnlyIfKnown: true }:
                break;
            default:
                Log.NoKey(logger, work.MessageId, work.Connector, source.Kind);
                work.Faults.Add(new("no-usable-key", $"An event of kind {source.Kind} names no record and no address of one person."));
                break;
        }
    }

    /// <summary>Returns the linked keys as a fact. Keys of another lead are a fact of their own, even when the lead was
    /// known under them before.</summary>
    private static IdentitiesLinked IdentitiesOf(MatchedLead lead, LeadEvent source, DeliveryInHand work)
    {
        var linked = FactMapper.ToIdentities(lead.Keys, source, work.Connector, work.Delivery.ReceivedAt, work.MessageId);
        return lead.TakenOver.Count == 0
            ? linked
            : linked with { DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{linked.DedupeKey}|{linked.OccurredAt.UtcTicks}") };
    }

    /// <summary>Removes an address that belongs to another lead from the event's profile.</summary>
    private static LeadEvent WithOwnAddress(LeadEvent source, LeadMatch match) =>
        source is PersonEvent { Profile: { } profile } person
            && EmailAddress.TryParse(profile.Email, out var email)
            && !match.Shared.Contains(IdentityKey.Email(email))
            && !match.Leads.Any(lead => lead.Keys.Contains(IdentityKey.Email(email)))
            ? person with { Profile = profile with { Email = null } }
            : source;

    private static partial class Log
    {
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
