namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Whether a delivery may come in.</summary>
public enum DeliveryVerdict
{
    /// <summary>Genuine and readable.</summary>
    Accepted,

    /// <summary>Signature or secret missing or wrong: 401.</summary>
    Forged,

    /// <summary>Signed too long ago, or in the future: 401.</summary>
    Stale,

    /// <summary>Genuine, but for another account, portal or organisation than this connector's: 401.</summary>
    NotOurs,

    /// <summary>Genuine, but not in the vendor's form: 400.</summary>
    Malformed,
}

/// <summary>The answer to "may this come in?".</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Reason">Why, in words fit for a log and for the caller: no secret, no body.</param>
/// <param name="Events">How many events the delivery holds; zero unless accepted.</param>
public sealed record DeliveryCheck(DeliveryVerdict Verdict, string Reason, int Events)
{
    /// <summary>A delivery that may come in.</summary>
    public static DeliveryCheck Accept(int events) => new(DeliveryVerdict.Accepted, "genuine", events);

    /// <summary>A delivery that may not.</summary>
    public static DeliveryCheck Refuse(DeliveryVerdict verdict, string reason) => new(verdict, reason, 0);
}
