using Azure;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Why a delivery is parked.</summary>
/// <param name="Reason">The kind of fault.</param>
/// <param name="Description">What happened, without any of the delivery.</param>
internal sealed record ParkedFault(string Reason, string Description);

/// <summary>A parked delivery, without its body.</summary>
/// <param name="Reason">The kind of its first fault.</param>
/// <param name="Faults">How many of its events have a fault.</param>
/// <param name="Bytes">The length of its body.</param>
internal sealed record ParkedDelivery(
    string Id, string Connector, string Reason, string Description, int Faults, DateTimeOffset ReceivedAt, int Bytes)
{
    /// <summary>Gets the version of the row.</summary>
    internal ETag Version { get; init; }
}

/// <summary>Selects parked deliveries. Null means all.</summary>
/// <param name="Since">The earliest time of receipt, inclusive.</param>
internal sealed record ParkedFilter(string? Id, string? Reason, string? Connector, DateTimeOffset? Since);
