using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Common;

/// <summary>Makes facts of events: the one place where a tool's event becomes what the funnel knows. Pure.</summary>
public static class FactMapper
{
    /// <summary>The facts an event stands for; none for <see cref="SourceEventKind.Ignored"/> and for what is no statement about a lead.</summary>
    /// <param name="source">The event, enriched as far as needed.</param>
    /// <param name="connector">The connector's name.</param>
    /// <param name="receivedAt">When the delivery came: the time of an event whose vendor gives none.</param>
    /// <param name="messageId">The id of the message that brought it.</param>
    public static IReadOnlyList<Fact> ToFacts(SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId) => throw new NotImplementedException();
}
