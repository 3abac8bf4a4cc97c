namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that calls us.</summary>
public interface IWebhookSource : IDeliveryReader
{
    /// <summary>Gets the largest body the vendor sends, in bytes.</summary>
    int MaxBodyBytes { get; }

    /// <summary>Gets the names of the headers that verification or reading needs: these are kept with the delivery.</summary>
    IReadOnlyCollection<string> Headers { get; }

    /// <summary>Checks a delivery: signature over the raw bytes, age, account, then form. Pure and without any call; fails closed.</summary>
    DeliveryCheck Check(Delivery delivery, DateTimeOffset now);

    /// <summary>An accepted delivery without the secrets that proved it genuine: what is queued, spooled and parked. It reads to the same events.</summary>
    Delivery WithoutSecrets(Delivery delivery) => delivery;

    /// <summary>Splits a delivery that is too large for one message into smaller ones that <see cref="IDeliveryReader.Read"/> reads to the same events. One that cannot be split comes back alone.</summary>
    IReadOnlyList<Delivery> Split(Delivery delivery);

    /// <summary>The vendor's handshake (GET or HEAD); null where it has none.</summary>
    WebhookReply? Handshake(IReadOnlyDictionary<string, string> query) => null;

    /// <summary>The answer the vendor wants to an accepted delivery; null for the hub's own.</summary>
    WebhookReply? Acknowledge(Delivery delivery) => null;
}

/// <summary>An answer to a vendor.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type of <paramref name="Body"/>.</param>
/// <param name="Body">The body.</param>
public sealed record WebhookReply(int Status, string ContentType, string Body);
