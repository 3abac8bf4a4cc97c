using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Parity;

/// <summary>How the people of two tools compare.</summary>
/// <param name="From">The tool whose people were listed.</param>
/// <param name="To">The tool that may lack some of them.</param>
/// <param name="People">The listed people.</param>
/// <param name="InBoth">Those of them whom the other tool has.</param>
/// <param name="Missing">Those whom it lacks, by cause.</param>
/// <param name="Stages">Both by the funnel stage of the lead; people without a lead have none.</param>
internal sealed record ParityReport(
    string From, string To, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, int People, int InBoth,
    IReadOnlyDictionary<ParityCause, int> Missing, IReadOnlyList<StageParity> Stages)
{
    /// <summary>The age from which a report is late: three nights without a comparison that ended.</summary>
    internal static readonly TimeSpan LateAfter = TimeSpan.FromDays(3);

    /// <summary>Gets how many of <see cref="Missing"/> a person should look at.</summary>
    public int NeedALook => Missing.Where(cause => ParityRules.NeedsALook(cause.Key)).Sum(cause => cause.Value);
}

/// <summary>How a stage compares.</summary>
internal sealed record StageParity(FunnelStage Stage, int InBoth, int Missing);

/// <summary>A person whom a tool lacks.</summary>
/// <param name="Record">The record's id in the tool that has the person.</param>
/// <param name="LeadId">The lead; null when the hub knows none.</param>
/// <param name="Stage">The funnel stage of the lead; null without one.</param>
/// <param name="Reason">The cause in words.</param>
internal sealed record MissingPerson(string Record, LeadId? LeadId, FunnelStage? Stage, ParityCause Cause, string Reason);

/// <summary>How far a comparison has come.</summary>
/// <param name="Ended">Whether it came to its end.</param>
/// <param name="Failed">The tools that could not be listed this time.</param>
internal sealed record ParityProgress(bool Ended, IReadOnlyList<string> Failed);
