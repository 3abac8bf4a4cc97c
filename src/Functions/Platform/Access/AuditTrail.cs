using System.Collections;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Writes the lines of a call. A call that only reads gets one line, before its answer goes out. A call that
/// changes something gets one before it begins and one when it ended, so that no change is without a line.</summary>
internal sealed class AuditTrail(AuditStore store, TimeProvider clock)
{
    private const string Asked = "asked";
    private const string Failed = "failed";
    private const int LongestSubject = 200;

    /// <summary>Names what a call is about where neither its route nor its answer says so.</summary>
    /// <param name="subject">An id. No address, and nothing else about a person.</param>
    public static void Name(HttpRequest request, string subject) => request.HttpContext.Items[typeof(AuditTrail)] = subject;

    /// <summary>Writes the line before an action; no-op for a read.</summary>
    public Task BeginAsync(AuditedCall call) =>
        IsRead(call.Request) ? Task.CompletedTask : WriteAsync(call, [LeadOfRoute(call.Request)], Asked);

    /// <summary>Writes the outcome.</summary>
    /// <param name="result">The function's result; null when it failed.</param>
    public Task EndAsync(AuditedCall call, object? result)
    {
        var leads = ShownBy(result).Prepend(LeadOfRoute(call.Request)).OfType<LeadId>().Distinct().ToList();
        return WriteAsync(call, leads.Count > 0 ? [.. leads] : [null], OutcomeOf(result));
    }

    public static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>Not cancelled with the request: a caller who goes early has seen or done it all the same.</summary>
    private Task WriteAsync(AuditedCall call, IReadOnlyList<LeadId?> leads, string outcome)
    {
        var (now, subject) = (clock.GetUtcNow(), SubjectOf(call.Request));
        return store.AddAsync(
            [.. leads.Select(lead => new AuditLine(now, call.Caller.Name, call.Permission, call.Action, lead, subject, outcome))],
            CancellationToken.None);
    }

    private static string OutcomeOf(object? result) => result switch
    {
        null => Failed,
        IStatusCodeActionResult { StatusCode: { } status } => $"{status}",
        _ => $"{StatusCodes.Status200OK}",
    };

    private static IEnumerable<LeadId> ShownBy(object? result) => (result as ObjectResult)?.Value switch
    {
        IShowsLeads one => one.Leads,
        IEnumerable many => many.OfType<IShowsLeads>().SelectMany(each => each.Leads),
        _ => [],
    };

    private static LeadId? LeadOfRoute(HttpRequest request) =>
        LeadId.TryParse(request.RouteValues.GetValueOrDefault("leadId") as string, out var lead) ? lead : null;

    /// <summary>Returns the id in the route; null for another text, which may be an address.</summary>
    private static string? SubjectOf(HttpRequest request)
    {
        var subject = request.HttpContext.Items[typeof(AuditTrail)] as string ?? request.RouteValues.GetValueOrDefault("id") as string;
        return subject is { Length: <= LongestSubject } && subject.All(IsOfId) ? subject : null;
    }

    private static bool IsOfId(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '|' or '/' or ' ';
}

/// <summary>A call that is audited.</summary>
/// <param name="Action">The function's name.</param>
internal sealed record AuditedCall(Caller Caller, Permission Permission, string Action, HttpRequest Request);
