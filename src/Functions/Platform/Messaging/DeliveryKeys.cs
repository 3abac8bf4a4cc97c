using System.Collections.Immutable;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The persons that events and deliveries name.</summary>
internal static class DeliveryKeys
{
    /// <summary>Returns the records and addresses of an event's persons.</summary>
    public static IReadOnlyList<IdentityKey> Of(SourceEvent source) =>
        [.. source.People.Concat(MergedBy(source)).Concat(AddressesOf(source)).Distinct()];

    /// <summary>Returns all addresses in an event.</summary>
    public static IReadOnlyList<IdentityKey> AddressesOf(SourceEvent source) =>
        KeysOf([source.SubjectEmail, (source as EmailChangedEvent)?.PreviousEmail, .. FurtherEmailsOf(source)]);

    /// <summary>Returns the person's present addresses in an event.</summary>
    public static IReadOnlyList<IdentityKey> HeldBy(SourceEvent source) =>
        source is PersonEvent { People: not [] } ? KeysOf([source.SubjectEmail, .. FurtherEmailsOf(source)]) : [];

    /// <summary>Returns the records that an event merges into the first of its people.</summary>
    public static ImmutableArray<IdentityKey> MergedBy(SourceEvent source) => source is ContactMergedEvent merge ? merge.Merged : [];

    /// <summary>Returns the records and addresses in a delivery; none when it cannot be read.</summary>
    public static IReadOnlyList<IdentityKey> Of(ConnectorSet connectors, Delivery delivery) =>
        [.. EventsOf(connectors, delivery).SelectMany(Of).Distinct()];

    /// <summary>Returns the records, addresses and deals in an event.</summary>
    public static IEnumerable<IdentityKey> NamedBy(string connector, SourceEvent source)
    {
        IEnumerable<IdentityKey> named = Of(source);
        if (source is PersonEvent { Profile.Email: var address } && EmailAddress.TryParse(address, out var email))
        {
            named = named.Append(IdentityKey.Email(email));
        }

        return DealOf(source) is { } deal ? named.Append(IdentityKey.Deal(connector, deal)) : named;
    }

    /// <summary>Returns the records, addresses and deals in a delivery, and whatever looks like an address in a part that cannot
    /// be read.</summary>
    public static IEnumerable<IdentityKey> Named(ConnectorSet connectors, Delivery delivery) =>
        EventsOf(connectors, delivery).SelectMany(source => NamedBy(delivery.Connector, source)).Union(AddressesIn(delivery));

    /// <summary>Returns whatever looks like an address in a body.</summary>
    public static IEnumerable<IdentityKey> AddressesIn(Delivery delivery) =>
        EmailAddress.FindIn(Encoding.UTF8.GetString(delivery.Body.Span)).Select(IdentityKey.Email);

    /// <summary>Splits a delivery into the smallest that its connector makes, so that each names few persons.</summary>
    public static IEnumerable<Delivery> PartsOf(ConnectorSet connectors, Delivery delivery)
    {
        var parts = connectors.Find<IWebhookSource>(delivery.Connector)?.Split(delivery) ?? [delivery];
        return parts.Count < 2 ? parts : parts.SelectMany(part => PartsOf(connectors, part));
    }

    private static IReadOnlyList<SourceEvent> EventsOf(ConnectorSet connectors, Delivery delivery)
    {
        try
        {
            return connectors.Find<IDeliveryReader>(delivery.Connector)?.Read(delivery) ?? [];
        }
        catch (UnreadableDeliveryException)
        {
            return [];
        }
    }

    private static string? DealOf(SourceEvent source) => source switch
    {
        DealEvent deal => deal.DealId,
        ResyncEvent resync => resync.DealId,
        _ => null,
    };

    private static IEnumerable<string> FurtherEmailsOf(SourceEvent source) => source is PersonEvent person ? person.FurtherEmails : [];

    private static IReadOnlyList<IdentityKey> KeysOf(IEnumerable<string?> addresses) =>
        [.. addresses.Select(address => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : null)
            .OfType<IdentityKey>().Distinct()];
}
