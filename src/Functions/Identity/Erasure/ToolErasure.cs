using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>A record of an erased person that its tool may still have.</summary>
/// <param name="Connector">The tool.</param>
/// <param name="Record">The record's id in the tool.</param>
/// <param name="Since">When the hub erased its own copy.</param>
/// <param name="ByHand">Whether a person has to erase it, because the tool is not told or refused.</param>
internal sealed record ToolErasure(string Connector, string Record, DateTimeOffset Since, bool ByHand)
{
    /// <summary>Gets the earliest time of the next try; null for now.</summary>
    internal DateTimeOffset? NotBefore { get; init; }

    internal IdentityKey Key => IdentityKey.Person(Connector, Record);
}
