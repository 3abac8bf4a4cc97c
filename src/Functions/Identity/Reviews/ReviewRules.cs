namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Decides which answers fit a review. Pure.</summary>
internal static class ReviewRules
{
    /// <summary>Returns why an answer is not valid, and which are; null when it is valid.</summary>
    public static string? FaultOf(Review review, ReviewDecision decision)
    {
        var given = new[] { decision.Choose is not null, decision.Merge, decision.Separate }.Count(is_ => is_);
        return given != 1 ? """Answer with exactly one of {"choose":"…"}, {"merge":true} and {"separate":true}."""
            : decision is { Address: true, Separate: false }
                ? """Say {"address":true} only beside {"separate":true}: the address goes to the record's person."""
            : review.HandoffId is not null ? FaultOfHandoff(review, decision)
            : decision switch
            {
                { Choose: { } lead } when !review.Leads.Any(candidate => candidate.Value == lead) =>
                    $"Choose one of the candidates: {string.Join(", ", review.Leads)}.",
                { Separate: true } when review.Records.IsEmpty =>
                    "An event without a record cannot be a person of its own: choose one of the candidates, or merge them.",
                { Merge: true } when review.Leads.Length == 1 =>
                    $"There is one candidate only: choose {review.Leads[0]}, and the record is that person's.",
                _ => null,
            };
    }

    private static string? FaultOfHandoff(Review review, ReviewDecision decision) =>
        review.Reason == ReviewReason.RecordsDeleted
            ? decision is { Separate: true, Address: false }
            ? null
            : """The records were deleted: answer {"separate":true} and a new one is made, """
                + "or restore one of them in the tool and the handoff goes on."
        : decision.Choose is not { } record
            ? $"The records are {review.Connector}'s: merge them there, or answer with one of them, "
                + $$"""such as {"choose":"{{review.Matches[0].Id}}"}."""
        : !review.Matches.Any(match => match.Id == record)
            ? $"Choose one of the records: {string.Join(", ", review.Matches.Select(match => match.Id))}."
        : null;
}
