using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Ops.Audit;

/// <summary>The part of the audit that is asked for.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
/// <param name="Lead">The lead; null for all.</param>
/// <param name="After">What the page before named as next; null for the first.</param>
internal sealed record AuditQuery(DateTimeOffset From, DateTimeOffset To, LeadId? Lead, string? After)
{
    private const DateTimeStyles InUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private const int MostDays = 92;
    private const int UsualDays = 7;

    /// <summary>How far the clock of another instance may be ahead.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>Reads the four parameters. The period is the last week unless it is named.</summary>
    public static bool TryRead(
        IQueryCollection query, DateTimeOffset now, [NotNullWhen(true)] out AuditQuery? read, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(query);
        (read, fault) = (null, null);
        LeadId? lead = null;
        if (!TryRead(query["to"], now + Ahead, out var to) || !TryRead(query["from"], to.AddDays(-UsualDays), out var from))
        {
            fault = "Write from and to as 2026-03-02 or 2026-03-02T09:00:00Z.";
        }
        else if (from > to || to - from > TimeSpan.FromDays(MostDays))
        {
            fault = $"The value of from must be before that of to, by {MostDays} days at most.";
        }
        else if (!string.IsNullOrEmpty(query["lead"]) && !LeadId.TryParse(query["lead"], out lead))
        {
            fault = "The value of lead is not a valid id of a lead.";
        }
        else
        {
            read = new(from, to, lead, query["after"] is [{ Length: > 0 } after] ? after : null);
        }

        return read is not null;
    }

    private static bool TryRead(string? text, DateTimeOffset otherwise, out DateTimeOffset time)
    {
        time = otherwise;
        return string.IsNullOrEmpty(text) || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, InUtc, out time);
    }
}
