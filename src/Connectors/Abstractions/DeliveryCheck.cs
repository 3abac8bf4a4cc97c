namespace IntegrationHub.Connectors.Abstractions;

public enum DeliveryVerdict
{
    Accepted,

    /// <summary>Signature or secret missing or wrong: 401.</summary>
    Forged,

    /// <summary>Signed too long ago, or in the future: 401.</summary>
    Stale,

    /// <summary>Genuine, but for another account than this connector's: 2xx, so that the vendor does not send it again,
    /// and nothing else happens.</summary>
    NotOurs,

    /// <summary>Genuine, but not in the vendor's form: 400.</summary>
    Malformed,
}

/// <summary>The result of checking a delivery.</summary>
/// <param name="Reason">Why, for the log and the caller: no secret, no body.</param>
/// <param name="Events">How many events the delivery holds; zero unless accepted.</param>
public sealed record DeliveryCheck(DeliveryVerdict Verdict, string Reason, int Events)
{
    /// <summary>Gets the zero-based number of the secret that proved it; null when it was not one of several.</summary>
    public int? Secret { get; init; }

    public static DeliveryCheck Accept(int events) => new(DeliveryVerdict.Accepted, "genuine", events);

    /// <summary>Gets how many events are of another account.</summary>
    public int Foreign { get; init; }

    /// <summary>Leaves a delivery alone that is for another account.</summary>
    public static DeliveryCheck Leave(int foreign, string reason) => new(DeliveryVerdict.NotOurs, reason, 0) { Foreign = foreign };

    public static DeliveryCheck Refuse(DeliveryVerdict verdict, string reason) => new(verdict, reason, 0);
}
