namespace IntegrationHub.Funnel;

/// <summary>What one fact did to the stage of its lead.</summary>
public enum FactEffect
{
    /// <summary>It asks for no move: it is about something else, or the lead was there already.</summary>
    None,

    /// <summary>It moved the lead, and the journey has the stay.</summary>
    Moved,

    /// <summary>It moved the lead, but another word of the same instant took its place, so that no stay is left of it.</summary>
    Momentary,

    /// <summary>It would have moved the lead; a rule of <see cref="StagePolicy"/> kept it where it was.</summary>
    Overruled,

    /// <summary>It names a stage that no map knows: held, and never guessed.</summary>
    Unmapped,

    /// <summary>Sales gave the lead back and did not say why: held until they do, and the reason never guessed.</summary>
    WithoutReason,

    /// <summary>A CRM said again, in the same words, what it had said before: no news.</summary>
    Restated,

    /// <summary>The hub's own write came back: no news.</summary>
    Echo,

    /// <summary>It tells of a record that had been deleted before: it does not count.</summary>
    Gone,
}

/// <summary>How a fact was judged when the journey was folded.</summary>
/// <param name="Fact">The fact.</param>
/// <param name="Effect">What it did.</param>
/// <param name="Rule">The rule of <see cref="StagePolicy"/> that moved the lead or kept it; null where none had to decide.</param>
/// <param name="Reason">The rule's reason in words; null where none had to decide.</param>
public sealed record FactJudgement(Fact Fact, FactEffect Effect, string? Rule, string? Reason)
{
    /// <summary>The judgement while the fold goes on: whether a move leaves a stay is known only at its end.</summary>
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
