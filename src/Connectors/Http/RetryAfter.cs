using System.Net.Http.Headers;

namespace IntegrationHub.Connectors.Http;

/// <summary>Reads how long a vendor asks us to wait.</summary>
internal static class RetryAfter
{
    /// <summary>Reads the header in both its forms, seconds and date.</summary>
    /// <param name="headers">The answer's headers; null where no answer came.</param>
    /// <param name="clock">Where a date is measured from.</param>
    /// <returns>The time, zero for a date that has passed; null where the vendor does not say.</returns>
    public static TimeSpan? Of(HttpResponseHeaders? headers, TimeProvider clock) => headers?.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        { Date: not null } => TimeSpan.Zero,
        _ => null,
    };
}
