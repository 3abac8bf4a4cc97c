using System.Text.Json.Serialization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>An open review as the API shows it.</summary>
/// <param name="Id">What an answer names.</param>
/// <param name="Reason">Why it is asked.</param>
/// <param name="Connector">Whose event or tool it is about.</param>
/// <param name="Records">The records of the event.</param>
/// <param name="OpenedAt">Since when it is open.</param>
/// <param name="Waiting">How many deliveries wait for the answer.</param>
/// <param name="Candidates">Whom it may be about, with what tells them apart.</param>
public sealed record ReviewView(string Id, ReviewReason Reason, string Connector, IReadOnlyList<IdentityView> Records, DateTimeOffset OpenedAt, int Waiting, IReadOnlyList<CandidateView> Candidates);

/// <summary>Whom a review may be about: a lead, or a record of the tool.</summary>
public sealed record CandidateView
{
    /// <summary>Gets what <c>choose</c> names.</summary>
    public required string Choose { get; init; }

    /// <summary>Gets whether the event's record is this lead's already; left out where it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasRecord { get; init; }

    /// <summary>Gets the person's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Gets where they work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Company { get; init; }

    /// <summary>Gets the stage they are on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets when they were first heard of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? KnownSince { get; init; }

    /// <summary>Gets when they were last heard of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastHeardAt { get; init; }

    /// <summary>Gets the keys they are known under.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IdentityView>? Identities { get; init; }

    /// <summary>A lead.</summary>
    public static CandidateView Of(LeadId leadId, JourneyState? state, Review review, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        ArgumentNullException.ThrowIfNull(review);
        var candidate = new CandidateView { Choose = leadId.Value, HasRecord = review.LeadId == leadId ? true : null };
        if (state is null || state.Facts.IsEmpty)
        {
            return candidate;
        }

        var journey = JourneyFold.Fold(leadId, state.Facts.Values, settings);
        return candidate with
        {
            Name = string.Join(' ', new[] { journey.Profile.FirstName, journey.Profile.LastName }.Where(part => !string.IsNullOrWhiteSpace(part))) is { Length: > 0 } name ? name : null,
            Company = journey.Profile.Company,
            Stage = journey.Stage,
            KnownSince = state.Facts.Values.Min(fact => fact.OccurredAt),
            LastHeardAt = state.Facts.Values.Max(fact => fact.OccurredAt),
            Identities = [.. journey.Identities.Where(key => key.Kind != IdentityKind.Deal).Select(IdentityView.Of)],
        };
    }

    /// <summary>A record of the tool.</summary>
    public static CandidateView Of(IdentityKey match)
    {
        ArgumentNullException.ThrowIfNull(match);
        return new() { Choose = match.Id, Identities = [IdentityView.Of(match)] };
    }
}
