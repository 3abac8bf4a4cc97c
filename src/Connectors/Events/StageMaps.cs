using System.Collections.Frozen;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>What a tool's stage of a deal means.</summary>
/// <param name="Status">Where the deal stands on it.</param>
/// <param name="Stage">The funnel stage; null for a lost deal.</param>
public sealed record DealStageMeaning(DealStatus Status, FunnelStage? Stage)
{
    /// <summary>The deal is won: the person has committed.</summary>
    public static readonly DealStageMeaning Won = new(DealStatus.Won, FunnelStage.Commitment);

    /// <summary>The deal is lost: an outcome and no stage.</summary>
    public static readonly DealStageMeaning Lost = new(DealStatus.Lost, null);

    /// <summary>The deal is open on a stage.</summary>
    public static DealStageMeaning Open(FunnelStage stage) => new(DealStatus.Open, stage);
}

/// <summary>From the vendor's words for stages to ours. Raw names ignore case; a name that is not there is unmapped: held and reported, never guessed.</summary>
public sealed class StageMap<TMeaning>(IEnumerable<KeyValuePair<string, TMeaning>> meanings)
    where TMeaning : notnull
{
    private readonly FrozenDictionary<string, TMeaning> _meanings = meanings.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets every raw name with its meaning.</summary>
    public IReadOnlyDictionary<string, TMeaning> All => _meanings;

    /// <summary>Looks a raw name up.</summary>
    public bool TryGet(string? raw, out TMeaning meaning)
    {
        meaning = default!;
        return raw is not null && _meanings.TryGetValue(raw, out meaning!);
    }
}
