using System.Diagnostics.CodeAnalysis;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Reports;

/// <summary>What a caller of a report asked for: a window, and at most one of segment, channel and campaign.</summary>
/// <param name="View">Whose figures: <see cref="TallyViews"/>.</param>
internal sealed record ReportRequest(ReportWindow Window, string View)
{
    private const string Segment = "segment", Channel = "channel", Campaign = "campaign";

    private static readonly string Channels = string.Join(", ", Enum.GetNames<CampaignChannel>()).ToLowerInvariant();

    /// <summary>Reads the query. On failure <paramref name="fault"/> is the answer.</summary>
    public static bool TryRead(
        HttpRequest request, DateOnly today, [NotNullWhen(true)] out ReportRequest? wanted, [NotNullWhen(false)] out IActionResult? fault)
    {
        (wanted, fault) = (null, null);
        var filters = new[] { Segment, Channel, Campaign }.Where(name => Text(request, name) is not null).ToList();
        if (ReportWindow.Read(Text(request, "time"), Text(request, "from"), Text(request, "to"), today) is not { } window)
        {
            fault = Wrong("The request does not say which days it is about.", ReportWindow.MustBe);
        }
        else if (filters.Count > 1)
        {
            fault = Wrong("These figures have one filter at a time.", "Ask by segment, by channel or by campaign.");
        }
        else if (ViewOf(request, filters.FirstOrDefault()) is not { } view)
        {
            fault = Wrong("There is no such channel.", $"channel is one of {Channels}.");
        }
        else
        {
            wanted = new(window, view);
        }

        return wanted is not null;
    }

    private static string? ViewOf(HttpRequest request, string? filter) => filter switch
    {
        Segment => TallyViews.OfSegment(Text(request, Segment)),
        Campaign => TallyViews.OfCampaign(Text(request, Campaign)!),
        Channel => Enum.GetNames<CampaignChannel>().Contains(Text(request, Channel), StringComparer.OrdinalIgnoreCase)
            ? TallyViews.OfChannel(Enum.Parse<CampaignChannel>(Text(request, Channel)!, ignoreCase: true)) : null,
        _ => TallyViews.All,
    };

    private static string? Text(HttpRequest request, string name) =>
        (string?)request.Query[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static ObjectResult Wrong(string title, string detail) =>
        Answers.Problem(StatusCodes.Status400BadRequest, title, detail);
}
