using System.Text.Json.Serialization;
using IntegrationHub.Functions.Identity;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>A lead as the API shows it.</summary>
internal sealed record LeadView(
    LeadId LeadId,
    IReadOnlyList<IdentityView> Identities,
    FunnelStage Stage,
    string Owner,
    DateTimeOffset EnteredAt,
    DateTimeOffset? Deadline,
    bool Stalled,
    IReadOnlyList<DealView> Deals,
    ConsentView Consent,
    IReadOnlyList<UnmappedStage> Held,
    IReadOnlyList<FactView> History,
    IReadOnlyList<HandoffView> Handoffs,
    IReadOnlyList<AlertView> Alerts) : IShowsLeads
{
    IEnumerable<LeadId> IShowsLeads.Leads => [LeadId];

    /// <param name="history">The facts to show.</param>
    public static LeadView Of(
        JourneyState state, Journey journey, IEnumerable<Fact> history, FunnelSettings settings, DateTimeOffset now) =>
        new(
            journey.LeadId,
            [.. journey.Identities.Where(key => key.Kind != IdentityKind.Deal).Select(IdentityView.Of)],
            journey.Stage,
            journey.Owner,
            journey.EnteredAt,
            StallRules.DeadlineOf(journey, settings),
            StallRules.IsStalled(journey, settings, now),
            [.. journey.Deals.Select(deal => new DealView(deal.Connector, deal.Id, deal.Stage, deal.Status, deal.Amount, deal.Currency))],
            new(journey.EmailConsent),
            journey.Held,
            [.. history.Select(FactView.Of)],
            [.. state.Ledger.Handoffs.Select(HandoffView.Of)],
            [
                .. state.Ledger.Alerts.Select(alert =>
                    new AlertView(alert.Id, alert.Kind, alert.Level, alert.Fate, alert.FateReason, alert.At)),
            ]);
}

internal sealed record DealView(string Connector, string Id, string? Stage, DealStatus Status, decimal? Amount, string? Currency);

/// <summary>Whether the hub may send e-mail to the person.</summary>
internal sealed record ConsentView(ConsentState Email);

internal sealed record FactView(
    string Connector,
    string Kind,
    FunnelStage? Stage,
    string? Raw,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Campaign,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DealId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DealStatus? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    DateTimeOffset OccurredAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? SaidAt,
    DateTimeOffset ReceivedAt)
{
    /// <summary>Gets how many facts are summed up; left out for a single one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }

    /// <summary>Gets when the first summed fact happened; left out for a single one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

    public static FactView Of(Fact fact)
    {
        return new(
            fact.Connector,
            KindOf(fact),
            (fact as StageClaimed)?.Stage ?? (fact as DealChanged)?.Stage,
            fact.Raw,
            (fact as CampaignTouched)?.Campaign,
            (fact as DealChanged)?.DealId,
            (fact as DealChanged)?.Status,
            (fact as HandoffReturned)?.Reason,
            fact.OccurredAt,
            fact.SaidAt,
            fact.ReceivedAt)
        { Count = (fact as FactsSummed)?.Count, Since = (fact as FactsSummed)?.FirstAt };
    }

    /// <summary>Returns the name of a fact's kind.</summary>
    internal static string KindOf(Fact fact)
    {
        var kind = fact is UnknownFact unknown ? unknown.Kind : fact.GetType().Name;
        return char.ToLowerInvariant(kind[0]) + kind[1..];
    }
}

/// <summary>A handoff with its assignments.</summary>
internal sealed record HandoffView(
    string Id,
    string To,
    FunnelStage Stage,
    DateTimeOffset AnnouncedAt,
    HandoffDelivery Delivery,
    string? NotDeliveredReason,
    string? RecordUrl,
    DateTimeOffset? AcceptedAt,
    string? ReturnedReason,
    double? Completeness,
    string? Owner,
    string? Route,
    IReadOnlyList<AssignmentView> Assignments)
{
    public static HandoffView Of(Handoff handoff) =>
        new(
            handoff.Id,
            handoff.To,
            handoff.Stage,
            handoff.AnnouncedAt,
            handoff.Delivery,
            handoff.NotDeliveredReason,
            handoff.RecordUrl,
            handoff.AcceptedAt,
            handoff.ReturnedReason,
            handoff.Completeness,
            handoff.Owner,
            handoff.Assignments.LastOrDefault()?.Route,
            [
                .. handoff.Assignments.Select(given =>
                    new AssignmentView(
                        given.Owner, given.Route, given.Rule, given.Why, given.Connector, given.At, given.DeliveredAt, given.KeptBy,
                        given.LapsedAt)),
            ]);
}

/// <summary>Assigns a handoff to a person.</summary>
internal sealed record AssignmentView(
    string Owner,
    string? Route,
    string Rule,
    string Why,
    string Connector,
    DateTimeOffset At,
    DateTimeOffset? DeliveredAt,
    string? KeptBy,
    DateTimeOffset? LapsedAt);

internal sealed record AlertView(string Id, AlertKind Kind, int Level, AlertOutcome Fate, string? Reason, DateTimeOffset At);
