namespace IntegrationHub.Funnel;

/// <summary>The effect of a fact on the lead's stage.</summary>
public enum FactEffect
{
    /// <summary>It asks for no move, or the lead was there already.</summary>
    None,

    /// <summary>It moved the lead to a stay of the journey.</summary>
    Moved,

    /// <summary>It moved the lead, but another fact of the same instant replaced the stay.</summary>
    Momentary,

    /// <summary>It asked for a move that a rule of <see cref="StagePolicy"/> refused.</summary>
    Overruled,

    /// <summary>It names an unmapped stage, which is never guessed.</summary>
    Unmapped,

    /// <summary>It is a return without a reason. The lead stays with sales, and no reason is guessed.</summary>
    WithoutReason,

    /// <summary>A CRM repeated its earlier claim.</summary>
    Restated,

    /// <summary>It is the echo of the hub's own write.</summary>
    Echo,

    /// <summary>It is about a record that was deleted before, and does not count.</summary>
    Gone,

    /// <summary>It is a touch that the tool took back, and does not count.</summary>
    Withdrawn,

    /// <summary>It came after the lead's steps of its time were summed up, and does not move them.</summary>
    Late,
}

/// <summary>The effect of a fact in the fold.</summary>
/// <param name="Rule">The deciding rule of <see cref="StagePolicy"/>; null when none was needed.</param>
/// <param name="Reason">The rule's reason in words; null when none was needed.</param>
public sealed record FactJudgement(Fact Fact, FactEffect Effect, string? Rule, string? Reason)
{
    /// <summary>Returns the judgement during the fold. Whether a move leaves a stay is known only at its end.</summary>
    internal static FactJudgement Of(Fact fact, bool restated, StageMove? move) => new(
        fact,
        fact is StageClaimed && fact.IsEchoOf(PersonProperty.Stage) ? FactEffect.Echo
        : fact is StageClaimed { Stage: null } ? FactEffect.Unmapped
        : fact is ReturnHeld ? FactEffect.WithoutReason
        : restated ? FactEffect.Restated
        : move is null ? FactEffect.None
        : move.Overrules ? FactEffect.Overruled
        : FactEffect.Moved,
        move?.Rule,
        move?.Reason);
}
