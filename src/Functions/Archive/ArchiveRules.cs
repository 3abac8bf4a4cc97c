using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Archive;

/// <summary>Decides whom archived deliveries name, and what remains of one after an erasure. Pure.</summary>
internal static class ArchiveRules
{
    /// <summary>Returns the keys that events name: records, addresses and deals.</summary>
    public static IReadOnlyCollection<IdentityKey> NamedBy(string connector, IEnumerable<SourceEvent> events) =>
        events.SelectMany(source => DeliveryKeys.NamedBy(connector, source)).ToHashSet();

    /// <summary>Returns an archived delivery without the events that name one of these keys. A deal's answer loses the
    /// person and stays for the others. A part that cannot be read any more is removed, because it may name anybody.</summary>
    /// <returns>Null when nothing remains.</returns>
    public static ArchivedDelivery? Without(
        ArchivedDelivery archived, ConnectorSet connectors, IDeliveryReader reader, IReadOnlySet<IdentityKey> gone)
    {
        var parts = archived.Parts.SelectMany(part => DeliveryKeys.PartsOf(connectors, part)).Where(part => Spares(reader, part, gone))
            .ToList();
        var answers = archived.Answers.Select(answer => Without(reader.Name, answer, gone)).OfType<SourceEvent>().ToList();
        return parts.Count + answers.Count == 0 ? null : archived with { Parts = parts, Answers = answers };
    }

    private static bool Spares(IDeliveryReader reader, Delivery part, IReadOnlySet<IdentityKey> gone)
    {
        try
        {
            var events = reader.Read(part);
            return events.All(source => source is not UnreadableEvent) && !NamedBy(reader.Name, events).Any(gone.Contains);
        }
        catch (UnreadableDeliveryException)
        {
            return false;
        }
    }

    private static SourceEvent? Without(string connector, SourceEvent answer, IReadOnlySet<IdentityKey> gone)
    {
        if (!DeliveryKeys.NamedBy(connector, answer).Any(gone.Contains))
        {
            return answer;
        }

        var others = answer with { People = answer.People.RemoveAll(gone.Contains) };
        return others is DealEvent { People.IsEmpty: false } && !DeliveryKeys.NamedBy(connector, others).Any(gone.Contains) ? others : null;
    }
}
