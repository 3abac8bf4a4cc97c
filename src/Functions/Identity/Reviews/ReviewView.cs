using System.Text.Json.Serialization;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>An open review as the API shows it.</summary>
/// <param name="Connector">The connector of the event or tool.</param>
/// <param name="Records">The event's records.</param>
/// <param name="Waiting">How many deliveries wait for the answer.</param>
/// <param name="Candidates">The candidates, with what distinguishes them.</param>
internal sealed record ReviewView(
    string Id, ReviewReason Reason, string Connector, IReadOnlyList<IdentityView> Records, DateTimeOffset OpenedAt, int Waiting,
    IReadOnlyList<CandidateView> Candidates) : IShowsLeads
{
    IEnumerable<LeadId> IShowsLeads.Leads =>
        Candidates.Select(candidate => LeadId.TryParse(candidate.Choose, out var lead) ? lead : null).OfType<LeadId>();
}

/// <summary>A candidate of a review: a lead, or a record of the tool.</summary>
internal sealed record CandidateView
{
    /// <summary>Gets the value for <c>choose</c>.</summary>
    public required string Choose { get; init; }

    /// <summary>Gets whether the event's record already belongs to this lead; left out when not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasRecord { get; init; }

    /// <summary>Gets the person's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Company { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets when they were first reported.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? KnownSince { get; init; }

    /// <summary>Gets when they were last reported.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastHeardAt { get; init; }

    /// <summary>Gets their keys.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IdentityView>? Identities { get; init; }

    /// <summary>Makes the view of a lead.</summary>
    public static CandidateView Of(LeadId leadId, JourneyState? state, Review review, FunnelSettings settings)
    {
        var candidate = new CandidateView { Choose = leadId.Value, HasRecord = review.LeadId == leadId ? true : null };
        if (state is null || state.Facts.IsEmpty)
        {
            return candidate;
        }

        var journey = JourneyFold.Fold(leadId, state.Facts.Values, settings);
        return candidate with
        {
            Name = NameOf(journey.Profile),
            Company = journey.Profile.Company,
            Stage = journey.Stage,
            KnownSince = state.Facts.Values.Min(fact => fact is FactsSummed sum ? sum.FirstAt : fact.OccurredAt),
            LastHeardAt = state.Facts.Values.Max(fact => fact.OccurredAt),
            Identities = [.. journey.Identities.Where(key => key.Kind != IdentityKind.Deal).Select(IdentityView.Of)],
        };
    }

    /// <summary>Makes the view of a tool's record.</summary>
    public static CandidateView Of(IdentityKey match) => new() { Choose = match.Id, Identities = [IdentityView.Of(match)] };

    private static string? NameOf(LeadProfile profile)
    {
        var name = string.Join(' ', new[] { profile.FirstName, profile.LastName }.Where(part => !string.IsNullOrWhiteSpace(part)));
        return name.Length > 0 ? name : null;
    }
}
