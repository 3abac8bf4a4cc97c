namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Which answers a review takes. Pure.</summary>
public static class ReviewRules
{
    /// <summary>What is wrong with an answer, and what would be right; null for nothing.</summary>
    public static string? FaultOf(Review review, ReviewDecision decision)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(decision);
        var given = new[] { decision.Choose is not null, decision.Merge, decision.Separate }.Count(is_ => is_);
        return given != 1 ? """Answer with exactly one of {"choose":"…"}, {"merge":true} and {"separate":true}."""
            : review.HandoffId is not null ? FaultOfHandoff(review, decision)
            : decision switch
            {
                { Choose: { } lead } when review.LeadId is { } own && lead != own.Value => $"The record is lead {own}'s already: choose that one, and the address stays with the other; or merge them.",
                { Choose: { } lead } when !review.Leads.Any(candidate => candidate.Value == lead) => $"Choose one of the candidates: {string.Join(", ", review.Leads)}.",
                { Separate: true } when review.Records.IsEmpty => "An event without a record cannot be a person of its own: choose one of the candidates, or merge them.",
                { Merge: true } when review.Leads.Length == 1 => $"There is one candidate only: choose {review.Leads[0]}, and the record is that person's.",
                _ => null,
            };
    }

    private static string? FaultOfHandoff(Review review, ReviewDecision decision) =>
        decision.Choose is not { } record ? $"""The records are {review.Connector}'s: merge them there, or answer with one of them, such as {"{"}"choose":"{review.Matches[0].Id}"{"}"}."""
        : !review.Matches.Any(match => match.Id == record) ? $"Choose one of the records: {string.Join(", ", review.Matches.Select(match => match.Id))}."
        : null;
}
