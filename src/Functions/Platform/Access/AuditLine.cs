using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>One line of the audit: who did what to whom, and what came of it. It holds ids only.</summary>
/// <param name="At">When it was written, in UTC.</param>
/// <param name="Actor">Who: <c>key:{name}</c>, <c>entra:{object id}</c>, or a part of the hub such as
/// <c>connector:hubspot</c>.</param>
/// <param name="Permission">What it needed.</param>
/// <param name="Action">The function, such as <c>EraseLead</c>.</param>
/// <param name="Lead">The lead; null when it is about none, or about one that was not found.</param>
/// <param name="Subject">What else it was about, such as a queue or a review; null for nothing.</param>
/// <param name="Outcome"><c>asked</c> before an action, then the HTTP status or <c>failed</c>; a read has the status
/// alone.</param>
internal sealed record AuditLine(
    DateTimeOffset At, string Actor, Permission Permission, string Action, LeadId? Lead, string? Subject, string Outcome);

/// <summary>An answer that shows leads. The audit names them.</summary>
internal interface IShowsLeads
{
    IEnumerable<LeadId> Leads { get; }
}
