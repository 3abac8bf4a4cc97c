using System.Net;

namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor did not answer, or asked us to come back later. Trying again later may help.</summary>
public sealed class VendorUnavailableException(string connector, string call, HttpStatusCode? status, TimeSpan? retryAfter, Exception? inner = null)
    : Exception($"{connector} did not answer {call}{(status is { } code ? $" ({(int)code})" : "")}. Try again{(retryAfter is { } wait ? $" in {wait.TotalSeconds:0} s" : " later")}.", inner)
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets what was called: method and path without query.</summary>
    public string Call { get; } = call;

    /// <summary>Gets the status the vendor answered with; null when it did not answer at all.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Gets how long the vendor asks us to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
