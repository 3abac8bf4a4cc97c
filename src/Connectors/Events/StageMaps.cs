using System.Collections.Frozen;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>The meaning of a tool's deal stage.</summary>
/// <param name="Stage">The funnel stage; null for a lost deal.</param>
public sealed record DealStageMeaning(DealStatus Status, FunnelStage? Stage)
{
    /// <summary>The deal is won: Commitment.</summary>
    public static readonly DealStageMeaning Won = new(DealStatus.Won, FunnelStage.Commitment);

    /// <summary>The deal is lost: an outcome, not a stage.</summary>
    public static readonly DealStageMeaning Lost = new(DealStatus.Lost, null);

    public static DealStageMeaning Open(FunnelStage stage) => new(DealStatus.Open, stage);
}

/// <summary>Maps the vendor's raw stage names, ignoring case. A missing name is unmapped: it is
/// reported and never guessed.</summary>
public sealed class StageMap<TMeaning>(IEnumerable<KeyValuePair<string, TMeaning>> meanings)
    where TMeaning : notnull
{
    private readonly FrozenDictionary<string, TMeaning> _meanings = meanings.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets every raw name with its meaning.</summary>
    public IReadOnlyDictionary<string, TMeaning> All => _meanings;

    public bool TryGet(string? raw, out TMeaning meaning)
    {
        meaning = default!;
        return raw is not null && _meanings.TryGetValue(raw, out meaning!);
    }
}
