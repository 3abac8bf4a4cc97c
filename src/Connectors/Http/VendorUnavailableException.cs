using System.Net;
using Polly.CircuitBreaker;

namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor did not answer, or asked to retry later.</summary>
public sealed class VendorUnavailableException(
    string connector, string call, HttpStatusCode? status, TimeSpan? retryAfter, Exception? inner = null)
    : VendorException(
        connector,
        $"{connector} did not answer {call}{(status is { } code ? $" ({(int)code})" : "")}. "
        + $"Try again{(retryAfter is { } wait ? $" in {wait.TotalSeconds:0} s" : " later")}.",
        inner)
{
    /// <inheritdoc/>
    public override bool MayPass => true;

    /// <summary>Gets the call: method and path without query.</summary>
    public string Call { get; } = call;

    /// <summary>Gets the HTTP status; null without a response.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Gets a value indicating whether the vendor was not asked at all, because it failed too often just before.</summary>
    public bool CircuitIsOpen => InnerException is BrokenCircuitException;

    /// <summary>Gets how long the vendor asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
