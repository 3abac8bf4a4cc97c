using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Applies a delivery's facts to journeys, leads concurrently, one commit a lead. It also checks the open
/// reviews that a delivery may settle.</summary>
internal sealed class FactFlow(
    JourneyFlow journeys, LeadMatcher matcher, IdentityStore identities, ReviewFlow reviews, HeldFlow held, InboundQueue queue,
    DroppedEvents dropped, ILogger<FactFlow> logger)
{
    /// <summary>The most leads that one message works on. A deal with more contacts would outlive its lock.</summary>
    internal const int LeadsOfMessage = 200;

    private static readonly Func<ILogger, LeadId, IDisposable?> LeadScope = LoggerMessage.DefineScope<LeadId>("Lead {LeadId}");

    /// <summary>Applies the facts of every lead, or of those of the message's part. A message with too many leads is queued
    /// again in parts instead.</summary>
    public Task ApplyAsync(LeadFacts said, DeliveryInHand work, CancellationToken cancellationToken)
    {
        if (work.Delivery.Part is null && said.Leads.Count > LeadsOfMessage)
        {
            var parts = DeliveryPart.Of((said.Leads.Count + LeadsOfMessage - 1) / LeadsOfMessage);
            return queue.SendPartsAsync(work.Delivery, work.MessageId, parts, cancellationToken);
        }

        var leads = said.Leads.Where(leadId => work.Delivery.Part?.Holds(leadId.Value) ?? true);
        return Together.RunAsync(leads, leadId => ApplyAsync(leadId, said.Of(leadId), work, cancellationToken), cancellationToken);
    }

    /// <summary>Holds what was dropped for leads that are only hidden.</summary>
    public Task HoldAsync(DeliveryInHand work, CancellationToken cancellationToken) =>
        held.HoldAsync(work.Delivery, work.ErasedKeys, work.ErasedLeads, cancellationToken);

    /// <summary>Checks open reviews, because merged and deleted records may settle them.</summary>
    /// <param name="moved">The leads whose addresses moved.</param>
    public async Task ReviseAsync(
        IEnumerable<SourceEvent> events, LeadFacts said, IReadOnlyList<LeadId> moved, CancellationToken cancellationToken)
    {
        var settling = events
            .SelectMany(source => source switch
            {
                ContactDeletedEvent => source.People,
                ContactMergedEvent { Merged: not [] } merge => merge.People.AddRange(merge.Merged),
                _ => [],
            })
            .ToHashSet();
        if (settling.Count > 0 || moved.Count > 0)
        {
            var leads = said.Leads.Where(lead => said.Of(lead).Facts.OfType<RecordDeleted>().Any()).Concat(moved).ToList();
            await reviews.ReviseAsync(leads, settling, cancellationToken);
        }
    }

    private async Task ApplyAsync(
        LeadId leadId, (IReadOnlyList<Fact> Facts, LeadOpening? Opening) said, DeliveryInHand work, CancellationToken cancellationToken)
    {
        using var scope = LeadScope(logger, leadId);
        if (await journeys.ApplyAsync(leadId, said.Facts, said.Opening, cancellationToken) is null)
        {
            // It is hidden, or another instance erased it: its tombstones are in the table.
            identities.Unsee(leadId, FactKeys.Of(said.Facts));
            work.ErasedLeads.Add(leadId);
            var events = said.Facts.Where(fact => fact is not IdentitiesLinked)
                .Select(fact => fact.DedupeKey.Split('#')[0]).Distinct().Count();
            dropped.Count(work.Connector, "person-erased", events);
        }
        else if (said.Opening is { } opening && await matcher.EarlierAsync(opening.Records, cancellationToken) is { Count: > 0 } earlier)
        {
            // Read after the lead is stored: whoever parks a fact for it looks for the lead afterwards.
            await journeys.ApplyAsync(leadId, earlier, cancellationToken);
        }
    }
}
