using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Explains a lead's stage for the API. It holds no personal data: profile values are left out
/// and addresses are hidden.</summary>
/// <param name="EnteredAt">When the lead entered the stage, by the vendor's clock.</param>
/// <param name="Hash">The journey's fingerprint. Folding the received facts alone under the same
/// settings gives the same hash.</param>
/// <param name="ConfigurationHash">The fingerprint of the funnel's settings.</param>
/// <param name="Steps">The steps by the hub's clock.</param>
/// <param name="NotMoved">The claims and moves without effect, in the order of the fold, each with its rule.</param>
internal sealed record WhyView(
    LeadId LeadId,
    FunnelStage Stage,
    string Owner,
    DateTimeOffset EnteredAt,
    string Rule,
    string Reason,
    string Hash,
    string ConfigurationHash,
    IReadOnlyList<WhyStep> Steps,
    IReadOnlyList<WhyNotMoved> NotMoved) : IShowsLeads
{
    IEnumerable<LeadId> IShowsLeads.Leads => [LeadId];

    public static WhyView Of(JourneyExplanation explanation, JourneyLedger ledger, FunnelSettings settings, PersonKeys keys)
    {
        var journey = explanation.Journey;
        var present = journey.Entries[^1];
        return new(
            journey.LeadId,
            journey.Stage,
            journey.Owner,
            journey.EnteredAt,
            present.Rule,
            keys.HideIn(present.Reason),
            journey.Hash,
            explanation.ConfigurationHash,
            [.. WhySteps.Of(explanation, ledger, settings, keys).Select(step => step.Hide(keys))],
            [
                .. explanation.Judgements.Where(judged => judged.Effect is not (FactEffect.None or FactEffect.Moved))
                    .Select(judged => WhySteps.NotMoved(judged).Hide(keys)),
            ]);
    }
}

/// <summary>The kinds of steps, in the order of cause.</summary>
internal enum WhyStepKind
{
    /// <summary>A tool's event reached the hub.</summary>
    Received,

    /// <summary>The event was matched with the lead.</summary>
    Matched,

    /// <summary>The lead entered a stage.</summary>
    Staged,

    /// <summary>The lead was announced to another team.</summary>
    Routed,

    /// <summary>A handoff or a value was written to a tool, or was not, with the reason.</summary>
    Written,

    /// <summary>An alert was sent, or was not, with the reason.</summary>
    Alerted,
}

/// <param name="At">When the hub received or did it.</param>
/// <param name="Source">The fact behind it; null when later facts removed the stay on the stage, or it is summed up.</param>
internal sealed record WhyStep(WhyStepKind Step, DateTimeOffset At, string Rule, string Reason, WhySource? Source)
{
    /// <summary>Gets the time by the vendor's clock; left out for the hub's own actions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FunnelStage? Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Team { get; init; }

    /// <summary>Gets the id of the handoff, of the alert, or of the event that caused a write.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Gets the connector written to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; init; }

    /// <summary>Replaces addresses by their short ids.</summary>
    internal WhyStep Hide(PersonKeys keys) => this with { Reason = keys.HideIn(Reason), Source = Source?.Hide(keys) };
}

/// <summary>A claim or move that did not change the journey.</summary>
/// <param name="At">When the hub received it.</param>
/// <param name="OccurredAt">When it happened by the vendor's clock.</param>
/// <param name="Stage">The claimed stage; null when no map knows it or the fact is not a claim.</param>
internal sealed record WhyNotMoved(
    FactEffect Effect, DateTimeOffset At, DateTimeOffset OccurredAt, string Rule, string Reason, FunnelStage? Stage, WhySource Source)
{
    /// <summary>Replaces addresses by their short ids.</summary>
    internal WhyNotMoved Hide(PersonKeys keys) => this with { Reason = keys.HideIn(Reason), Source = Source.Hide(keys) };
}

/// <summary>The source of a step.</summary>
/// <param name="MessageId">The message that brought it; null for the hub's own facts.</param>
/// <param name="Raw">The vendor's own value.</param>
/// <param name="FactKey">The fact's dedupe key.</param>
internal sealed record WhySource(string Connector, string? MessageId, string? Raw, string FactKey)
{
    /// <summary>Gets the vendor's own time where it lay ahead and was bounded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SaidAt { get; init; }

    public static WhySource Of(Fact fact) => new(fact.Connector, fact.MessageId, fact.Raw, fact.DedupeKey) { SaidAt = fact.SaidAt };

    /// <summary>Replaces addresses by their short ids.</summary>
    internal WhySource Hide(PersonKeys keys) => this with { Raw = Raw is null ? null : keys.HideIn(Raw), FactKey = keys.HideIn(FactKey) };
}
