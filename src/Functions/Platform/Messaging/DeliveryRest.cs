using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Decides what remains of a delivery without some persons. Pure.</summary>
internal static class DeliveryRest
{
    /// <summary>Returns the parts that name none of the persons, as large as possible; none when nobody else is in it. A part
    /// that cannot be read is left out, because it may name anybody.</summary>
    /// <returns>Null when the delivery names none of the persons, and stays as it is.</returns>
    public static IReadOnlyList<Delivery>? Without(ConnectorSet connectors, Delivery delivery, Func<IdentityKey, bool> isGone)
    {
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector);
        return Look(reader, delivery, isGone) == Content.Gone
            ? [.. Halves(connectors, delivery).SelectMany(half => Spared(connectors, reader, half, isGone))]
            : null;
    }

    private static IEnumerable<Delivery> Spared(
        ConnectorSet connectors, IDeliveryReader? reader, Delivery part, Func<IdentityKey, bool> isGone) =>
        Look(reader, part, isGone) == Content.Others
            ? [part]
            : Halves(connectors, part).SelectMany(half => Spared(connectors, reader, half, isGone));

    private static Content Look(IDeliveryReader? reader, Delivery delivery, Func<IdentityKey, bool> isGone)
    {
        var events = Read(reader, delivery);
        var named = (events ?? []).SelectMany(source => DeliveryKeys.NamedBy(delivery.Connector, source));
        return named.Concat(DeliveryKeys.AddressesIn(delivery)).Any(isGone) ? Content.Gone
            : events?.Any(source => source is UnreadableEvent) ?? true ? Content.Unreadable
            : Content.Others;
    }

    /// <summary>Returns the smaller deliveries of a delivery; none when it cannot be split.</summary>
    private static IReadOnlyList<Delivery> Halves(ConnectorSet connectors, Delivery delivery)
    {
        try
        {
            var halves = connectors.Find<IWebhookSource>(delivery.Connector)?.Split(delivery) ?? [];
            return halves.Count < 2 ? [] : halves;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>Reads a delivery; returns null when it cannot be read. Whatever its mapper throws counts as such: it may be a dead
    /// letter for that very reason.</summary>
    private static IReadOnlyList<SourceEvent>? Read(IDeliveryReader? reader, Delivery delivery)
    {
        try
        {
            return reader?.Read(delivery);
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            return null;
        }
    }

    private enum Content
    {
        /// <summary>It names one of the persons.</summary>
        Gone,

        /// <summary>It names none of them as far as it can be read.</summary>
        Unreadable,

        /// <summary>It names others only.</summary>
        Others,
    }
}
