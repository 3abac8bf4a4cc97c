using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>What is to be done about a handoff that comes to be delivered.</summary>
public abstract record HandoffCourse
{
    private HandoffCourse()
    {
    }

    /// <summary>Nothing: it is delivered, or overtaken, or the hub no longer knows it.</summary>
    /// <param name="Why">Why, for the log.</param>
    public sealed record Leave(string Why) : HandoffCourse;

    /// <summary>It is overtaken: to be recorded as superseded.</summary>
    /// <param name="Why">Why, for the log.</param>
    public sealed record Supersede(string Why) : HandoffCourse;

    /// <summary>To be delivered.</summary>
    /// <param name="Order">What to deliver.</param>
    public sealed record Deliver(HandoffOrder Order) : HandoffCourse;
}
