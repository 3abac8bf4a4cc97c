using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>
/// Why a lead stands where it stands, as the API tells it. Holds no personal data: what was said of the person is left out, and addresses within texts are hidden.
/// </summary>
/// <param name="LeadId">The lead.</param>
/// <param name="Stage">The present stage.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="EnteredAt">When the lead entered it, by the vendors' clocks.</param>
/// <param name="Rule">The rule that put it there.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Hash">The journey's fingerprint. The facts of the received steps, folded alone under the same settings, give the same.</param>
/// <param name="ConfigurationHash">The fingerprint of the funnel's settings that this explanation was made under.</param>
/// <param name="Steps">What happened, in the order in which the hub came to know of it or did it.</param>
/// <param name="NotMoved">The claims and moves that left no trace on the way, in the order of the fold, each with the rule that decided so.</param>
public sealed record WhyView(
    LeadId LeadId,
    FunnelStage Stage,
    string Owner,
    DateTimeOffset EnteredAt,
    string Rule,
    string Reason,
    string Hash,
    string ConfigurationHash,
    IReadOnlyList<WhyStep> Steps,
    IReadOnlyList<WhyNotMoved> NotMoved)
{
    /// <summary>Makes the view of an explanation, and of what the hub did about the lead.</summary>
    public static WhyView Of(JourneyExplanation explanation, JourneyLedger ledger, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var journey = explanation.Journey;
        var present = journey.Entries[^1];
        return new(
            journey.LeadId,
            journey.Stage,
            journey.Owner,
            journey.EnteredAt,
            present.Rule,
            EmailAddress.HideIn(present.Reason),
            journey.Hash,
            explanation.ConfigurationHash,
            WhySteps.Of(explanation, ledger, settings),
            [.. explanation.Judgements.Where(judged => judged.Effect is not (FactEffect.None or FactEffect.Moved)).Select(WhySteps.NotMoved)]);
    }
}

/// <summary>The six things that happen on a lead's way, in the order in which one leads to the next.</summary>
public enum WhyStepKind
{
    /// <summary>A tool's word came to the hub.</summary>
    Received,

    /// <summary>It was found out whose it is.</summary>
    Matched,

    /// <summary>The lead entered a stage.</summary>
    Staged,

    /// <summary>The lead was announced to another team.</summary>
    Routed,

    /// <summary>The handoff was brought to a tool, or came to its end without; or a value was written to one, or was not, and why.</summary>
    Written,

    /// <summary>The teams were told that a limit was reached, or not told for a reason.</summary>
    Alerted,
}

/// <summary>One step.</summary>
/// <param name="Step">What happened.</param>
/// <param name="At">When the hub came to know of it or did it.</param>
/// <param name="Rule">The rule by which it happened.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Source">The fact behind it; null where later facts have undone the stay on a stage that it was about.</param>
public sealed record WhyStep(WhyStepKind Step, DateTimeOffset At, string Rule, string Reason, WhySource? Source)
{
    /// <summary>Gets when it happened by the vendor's clock; left out for what the hub itself did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Gets the stage it is about; left out where it is about none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets the team it concerns; left out where it concerns none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Team { get; init; }

    /// <summary>Gets the id of the handoff or alert, or of the event that a value was written for; left out for other steps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Gets the connector written to; left out where none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; init; }
}

/// <summary>A claim or move that left no trace on the way.</summary>
/// <param name="Effect">What became of it.</param>
/// <param name="At">When the hub received it.</param>
/// <param name="OccurredAt">When it happened by the vendor's clock.</param>
/// <param name="Rule">The rule that decided so.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Stage">The stage claimed; null where no map knows it or the fact is no claim.</param>
/// <param name="Source">The fact.</param>
public sealed record WhyNotMoved(FactEffect Effect, DateTimeOffset At, DateTimeOffset OccurredAt, string Rule, string Reason, FunnelStage? Stage, WhySource Source);

/// <summary>Where something is known from.</summary>
/// <param name="Connector">The connector that said it.</param>
/// <param name="MessageId">The message that brought it; null for what the hub itself found.</param>
/// <param name="Raw">The vendor's own word; null where there is none.</param>
/// <param name="FactKey">The fact's dedupe key, addresses hidden.</param>
public sealed record WhySource(string Connector, string? MessageId, string? Raw, string FactKey)
{
    /// <summary>Names a fact as a source.</summary>
    public static WhySource Of(Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return new(fact.Connector, fact.MessageId, fact.Raw is null ? null : EmailAddress.HideIn(fact.Raw), EmailAddress.HideIn(fact.DedupeKey));
    }
}
