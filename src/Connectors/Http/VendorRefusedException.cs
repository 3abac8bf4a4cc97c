using System.Net;

namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor refused a call for good: trying again as it is will not help.</summary>
public sealed class VendorRefusedException(string connector, string call, HttpStatusCode status, string? errorCode, Exception? inner = null)
    : Exception($"{connector} refused {call} with {(int)status}{(errorCode is null ? "" : $" {errorCode}")}.", inner)
{
    /// <summary>Gets the connector's name.</summary>
    public string Connector { get; } = connector;

    /// <summary>Gets what was called: method and path without query.</summary>
    public string Call { get; } = call;

    /// <summary>Gets the status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>Gets the vendor's own code for the error; null where it gives none.</summary>
    public string? ErrorCode { get; } = errorCode;
}
