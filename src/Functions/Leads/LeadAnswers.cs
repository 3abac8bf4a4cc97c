using System.Diagnostics.CodeAnalysis;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Leads;

/// <summary>Answers about one lead, whose history has pages. The first page is as long as any may be, so that few leads
/// have a second.</summary>
internal static class LeadAnswers
{
    /// <summary>Reads which page is wanted. On failure <paramref name="fault"/> is the answer.</summary>
    public static bool TryRead(
        HttpRequest request, [NotNullWhen(true)] out LeadPageRequest? page, [NotNullWhen(false)] out IActionResult? fault)
    {
        page = null;
        if (!PageAnswers.TryRead(request, out var asked, out fault, PageRequest.Most))
        {
            return false;
        }

        var mark = asked.After is { } after ? TimeMark.Read(after) : null;
        if (asked.After is not null && mark is null)
        {
            fault = PageAnswers.Unclear();
            return false;
        }

        page = new(asked.Top, mark);
        return true;
    }

    /// <summary>Answers with a lead, or with 404 when there is none. The next page is found by the hub's id, so that no
    /// address is in its link.</summary>
    /// <param name="part">The part of the lead, with a slash; empty for the lead itself.</param>
    public static IActionResult Of<T>(HttpRequest request, LeadPage<T>? found, string part = "")
        where T : IShowsLeads =>
        found is null
            ? Answers.Lead(null)
            : PageAnswers.At($"/api/leads/{found.Lead.Leads.Single()}{part}", request, found.Lead, found.Next);
}
