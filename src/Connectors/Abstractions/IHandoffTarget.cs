using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that takes leads over: the CRM.</summary>
public interface IHandoffTarget : IConnector
{
    /// <summary>
    /// Writes the lead and a task for its owner, under the hub's own ids: repeating it changes nothing and makes no second record. Given again to another owner, both go to that one. A record that
    /// somebody has taken stays theirs.
    /// </summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    /// <exception cref="AmbiguousMatchException">Several records match the lead, and nothing was written.</exception>
    /// <exception cref="RecordsDeletedException">All records of the lead were deleted, and nothing was written.</exception>
    Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken);
}

/// <summary>A lead to be handed over.</summary>
/// <param name="Handoff">The handoff.</param>
/// <param name="Journey">The lead as it is now.</param>
/// <param name="Brief">What the receiving person reads.</param>
/// <param name="DueAt">When it is to be taken up; null for no limit.</param>
public sealed record HandoffOrder(Handoff Handoff, Journey Journey, HandoffBrief Brief, DateTimeOffset? DueAt)
{
    /// <summary>Gets the id, in the tool, of the user it is meant for; null leaves it to the tool.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets a value indicating whether a record may be made where all that the tool had of the lead were deleted: a person has said so.</summary>
    public bool MayRecreate { get; init; }

    /// <summary>Gets the ids of the users the hub had given it to before, who did not take it up. A record that one of them has is nobody's yet.</summary>
    public IReadOnlyList<string> GivenBefore { get; init; } = [];
}

/// <summary>Proof that a handoff is in the tool.</summary>
/// <param name="Person">The key of the person's record there.</param>
/// <param name="RecordUrl">A link for people; null where there is none.</param>
/// <param name="KeptBy">The id, in the tool, of the user who has taken the record already and keeps it; null where whom it is meant for has it.</param>
public sealed record HandoffReceipt(IdentityKey Person, string? RecordUrl, string? KeptBy = null)
{
    /// <summary>Gets a value indicating whether the record was made by the hub with the person's opt-out in it: no word of the tool's own.</summary>
    public bool MadeOptedOut { get; init; }
}
