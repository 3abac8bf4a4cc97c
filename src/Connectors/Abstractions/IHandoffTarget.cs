using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that accepts handoffs: the CRM.</summary>
public interface IHandoffTarget : IConnector
{
    /// <summary>Writes the lead and a task for its owner under the hub's own ids. Idempotent. A new owner gets both,
    /// but a record that somebody has taken stays theirs.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; retry later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    /// <exception cref="AmbiguousMatchException">Several records match the lead. Nothing was written.</exception>
    /// <exception cref="RecordsDeletedException">All records of the lead were deleted. Nothing was written.</exception>
    Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken);
}

/// <summary>A lead to hand over.</summary>
/// <param name="Journey">The current journey.</param>
/// <param name="DueAt">When it must be accepted; null for no limit.</param>
public sealed record HandoffOrder(Handoff Handoff, Journey Journey, HandoffBrief Brief, DateTimeOffset? DueAt)
{
    /// <summary>Gets the owner's user id in the tool; null leaves it to the tool.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets a value indicating whether a person allowed a new record after all were deleted.</summary>
    public bool MayRecreate { get; init; }

    /// <summary>Gets the user ids of earlier owners, who did not accept it. Their record is not taken yet.</summary>
    public IReadOnlyList<string> GivenBefore { get; init; } = [];
}

/// <summary>The result of delivering a handoff.</summary>
/// <param name="Person">The key of the person's record.</param>
/// <param name="RecordUrl">A link for people; null for none.</param>
/// <param name="KeptBy">The user id of the person who keeps the record; null when the owner has it.</param>
public sealed record HandoffReceipt(IdentityKey Person, string? RecordUrl, string? KeptBy = null)
{
    /// <summary>Gets a value indicating whether the hub created the record with the opt-out in it, which is
    /// then not the tool's own.</summary>
    public bool MadeOptedOut { get; init; }
}
