using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The decision about delivering a handoff.</summary>
internal abstract record HandoffCourse
{
    private HandoffCourse()
    {
    }

    /// <summary>Do nothing: it is delivered, superseded or unknown.</summary>
    public sealed record Leave(string Why) : HandoffCourse;

    /// <summary>Record why it is not delivered.</summary>
    /// <param name="Delivery">Superseded or taken up.</param>
    public sealed record Close(HandoffDelivery Delivery, string Why) : HandoffCourse;

    public sealed record Deliver(HandoffOrder Order) : HandoffCourse;
}
