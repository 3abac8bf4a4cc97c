namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that sends webhooks.</summary>
public interface IWebhookSource : IDeliveryReader
{
    /// <summary>Gets the vendor's largest body in bytes.</summary>
    int MaxBodyBytes { get; }

    /// <summary>Gets the headers that verification or reading needs, which are stored with the delivery.</summary>
    IReadOnlyCollection<string> Headers { get; }

    /// <summary>Checks what shows without the body: channel, presence and shape of a signature, age. Pure.</summary>
    /// <param name="head">The delivery without its body.</param>
    /// <returns>The refusal; null when the body is worth reading. <see cref="Check"/> still has to accept it.</returns>
    DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => null;

    /// <summary>Checks signature over the raw bytes, age, account and form, in this
    /// order. Pure; fails closed.</summary>
    DeliveryCheck Check(Delivery delivery, DateTimeOffset now);

    /// <summary>Returns what proves an accepted delivery and differs from one delivery to another, such as its
    /// signature; null for none. A delivery of the same proof is the same delivery.</summary>
    string? ProofOf(Delivery delivery) => null;

    /// <summary>Returns an accepted delivery without the secrets that proved it, for the queue, the spool and parking.
    /// It reads to the same events.</summary>
    Delivery WithoutSecrets(Delivery delivery) => delivery;

    /// <summary>Splits a delivery that exceeds a message into smaller ones with the same events. One that cannot be
    /// split is returned alone.</summary>
    IReadOnlyList<Delivery> Split(Delivery delivery);

    /// <summary>Answers the vendor's handshake (GET or HEAD); null when it has none.</summary>
    WebhookReply? Handshake(IReadOnlyDictionary<string, string> query) => null;

    /// <summary>Returns the answer that the vendor needs; null for the hub's own.</summary>
    WebhookReply? Acknowledge(Delivery delivery) => null;
}

/// <summary>An answer to a vendor.</summary>
public sealed record WebhookReply(int Status, string ContentType, string Body);
