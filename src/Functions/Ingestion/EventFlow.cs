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

/// <summary>Finds whose an event is and what it says of them. What nobody can be found for waits, is parked, or is counted as dropped.</summary>
public sealed partial class EventFlow(
    LeadMatcher matcher, ReviewFlow reviews, ParkedStore parked, UnmappedFlow unmapped, MissedStore missed, HubMetrics metrics, ConnectorStateStore states, ILogger<EventFlow> logger)
{
    /// <summary>Adds what an event says to what its delivery says.</summary>
    /// <returns>True when the delivery is held, because a person has to say whose it is.</returns>
    public async Task<bool> MatchAsync(SourceEvent source, DeliveryInHand work, LeadFacts facts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(facts);
        if (!await IsToMatchAsync(source, work, cancellationToken))
        {
            return false;
        }

        var match = await matcher.MatchAsync(source, work.Delivery, work.MessageId, work.Lookups, work.Again, cancellationToken);
        if (match.Question is { } question)
        {
            Log.Unclear(logger, work.MessageId, work.Connector, question.Id, question.Reason);
            await reviews.HoldAsync(question, work.Delivery, work.MessageId, cancellationToken);
            return true;
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

    /// <summary>Notes what can be said of an event by itself. Returns whether it is about somebody.</summary>
    private async Task<bool> IsToMatchAsync(SourceEvent source, DeliveryInHand work, CancellationToken cancellationToken)
    {
        metrics.Read(work.Connector, source.Kind.ToString());
        if (source.ReturnHeld)
        {
            metrics.ReturnHeld(work.Connector);
        }

        if (source.Unreadable is { } unreadable)
        {
            Log.Unreadable(logger, work.MessageId, work.Connector, source.DedupeKey);
            await parked.ParkAsync(work.Delivery, "unreadable-event", unreadable, cancellationToken);
            return false;
        }

        if (source.NotRead is { } notRead)
        {
            metrics.Dropped(work.Connector, "not-read", 1);
            missed.NoteUnread(work.Connector, notRead);
        }

        if (source.Gap is { } gap)
        {
            Log.Gap(logger, work.Connector, gap.RecordType, gap.At);
            await missed.NoteGapAsync(work.Connector, gap, cancellationToken);
        }

        return source.Kind is not (SourceEventKind.Ignored or SourceEventKind.ResyncRequired);
    }

    /// <summary>An event that is nobody's: dropped where the person is erased, kept for a deal's people or a person to come, parked otherwise.</summary>
    private async Task KeepAsync(
        SourceEvent source, LeadMatch match, DeliveryInHand work, IReadOnlyList<Fact> said, LeadFacts facts, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case var _ when match.Erased:
                metrics.Dropped(work.Connector, "person-erased", 1);
                states.Dropped(work.Connector, 1);
                break;
            case { DealId: { } dealId }:
                foreach (var joined in await matcher.WaitAsync(IdentityKey.Deal(work.Connector, dealId), said, cancellationToken))
                {
                    facts.Add(joined, said);
                }

                break;
            case { OnlyIfKnown: true, Kind: SourceEventKind.Activity, People: [var person, ..] }:
                if (await matcher.WaitForPersonAsync(person, said, cancellationToken) is { } met)
                {
                    facts.Add(met, said);
                }

                break;
            case { OnlyIfKnown: true }:
                break;
            default:
                Log.NoKey(logger, work.MessageId, work.Connector, source.Kind);
                var description = $"An event of kind {source.Kind} names no record and no valid e-mail address.";
                await parked.ParkAsync(work.Delivery, "no-usable-key", description, cancellationToken);
                break;
        }
    }

    /// <summary>Keys that were another lead's until now are a fact of their own, also where the lead had been known under them before.</summary>
    private static IdentitiesLinked IdentitiesOf(MatchedLead lead, SourceEvent source, DeliveryInHand work)
    {
        var linked = FactMapper.ToIdentities(lead.Keys, source, work.Connector, work.Delivery.ReceivedAt, work.MessageId);
        return lead.TakenOver.Count == 0 ? linked : linked with { DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{linked.DedupeKey}|{linked.OccurredAt.UtcTicks}") };
    }

    /// <summary>An address that belongs to another lead is not to land in this one's profile.</summary>
    private static SourceEvent WithOwnAddress(SourceEvent source, LeadMatch match) =>
        source is { DealId: null, Profile: { } profile } && EmailAddress.TryParse(profile.Email, out var email) && !match.Leads.Any(lead => lead.Keys.Contains(IdentityKey.Email(email)))
            ? source with { Profile = profile with { Email = null } }
            : source;

    private static partial class Log
    {
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
