using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Matching;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Puts what a delivery says on the journeys of its leads, leads in parallel and one commit a lead, and sees what follows for open questions.</summary>
public sealed class FactFlow(
    JourneyFlow journeys, LeadMatcher matcher, IdentityStore identities, ReviewFlow reviews, HubMetrics metrics, ConnectorStateStore states, ILogger<FactFlow> logger)
{
    private static readonly Func<ILogger, LeadId, IDisposable?> LeadScope = LoggerMessage.DefineScope<LeadId>("Lead {LeadId}");

    /// <summary>Commits the facts of every lead.</summary>
    public Task ApplyAsync(LeadFacts said, string connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(said);
        return Together.RunAsync(said.Leads, leadId => ApplyAsync(leadId, said.Of(leadId), connector, cancellationToken));
    }

    /// <summary>Looks again at open questions. Where records became one or are gone, a person may not be needed any more to say whose something is.</summary>
    /// <param name="events">The events of the delivery.</param>
    /// <param name="said">What they said.</param>
    /// <param name="moved">The leads whose addresses moved.</param>
    /// <param name="cancellationToken">Stops the calls.</param>
    public async Task ReviseAsync(IEnumerable<SourceEvent> events, LeadFacts said, IReadOnlyList<LeadId> moved, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(said);
        var settling = events.Where(source => source.Kind == SourceEventKind.ContactDeleted || !source.Merged.IsEmpty)
            .SelectMany(source => source.People.Concat(source.Merged)).ToHashSet();
        if (settling.Count > 0 || moved.Count > 0)
        {
            var leads = said.Leads.Where(lead => said.Of(lead).Facts.OfType<RecordDeleted>().Any()).Concat(moved).ToList();
            await reviews.ReviseAsync(leads, settling, cancellationToken);
        }
    }

    private async Task ApplyAsync(LeadId leadId, (IReadOnlyList<Fact> Facts, LeadOpening? Opening) said, string connector, CancellationToken cancellationToken)
    {
        using var scope = LeadScope(logger, leadId);
        if (await journeys.ApplyAsync(leadId, said.Facts, said.Opening, cancellationToken) is null)
        {
            // Erased by another instance: its tombstones are in the table.
            identities.Unsee(leadId);
            var events = said.Facts.Where(fact => fact is not IdentitiesLinked).Select(fact => fact.DedupeKey.Split('#')[0]).Distinct().Count();
            metrics.Dropped(connector, "person-erased", events);
            states.Dropped(connector, events);
        }
        else if (said.Opening is { } opening && await matcher.EarlierAsync(opening.Records, cancellationToken) is { Count: > 0 } earlier)
        {
            // Looked for once the lead is there to be found: whoever keeps a fact for it looks for the lead after that.
            await journeys.ApplyAsync(leadId, earlier, cancellationToken);
        }
    }
}
