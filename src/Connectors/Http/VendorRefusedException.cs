using System.Net;

namespace IntegrationHub.Connectors.Http;

/// <summary>A vendor refused a call. Retrying does not help.</summary>
public sealed class VendorRefusedException(string connector, string call, HttpStatusCode status, string? errorCode, Exception? inner = null)
    : VendorException(connector, $"{connector} refused {call} with {(int)status}{(errorCode is null ? "" : $" {errorCode}")}.", inner)
{
    /// <inheritdoc/>
    public override bool MayPass => false;

    /// <summary>Gets the call: method and path without query.</summary>
    public string Call { get; } = call;

    /// <summary>Gets the HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>Gets the vendor's error code; null when it gives none.</summary>
    public string? ErrorCode { get; } = errorCode;
}
