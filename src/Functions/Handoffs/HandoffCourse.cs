using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The decision about delivering a handoff.</summary>
public abstract record HandoffCourse
{
    private HandoffCourse()
    {
    }

    /// <summary>Do nothing: it is delivered, superseded or unknown.</summary>
    public sealed record Leave(string Why) : HandoffCourse;

    /// <summary>Record it as superseded.</summary>
    public sealed record Supersede(string Why) : HandoffCourse;

    public sealed record Deliver(HandoffOrder Order) : HandoffCourse;
}
