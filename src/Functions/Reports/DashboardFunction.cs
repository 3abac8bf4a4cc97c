using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Reports;

/// <summary>Shows how it stands between marketing and sales, as one page for both.</summary>
internal sealed class DashboardFunction(FunnelQuery funnel, MailRenderer renderer)
{
    /// <summary>Shows a window, of all leads or of one segment, channel or campaign. No page needs a second
    /// request.</summary>
    [Function("Dashboard")]
    [Needs(Permission.FiguresRead)]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "dashboard")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!ReportRequest.TryRead(request, funnel.Today, out var wanted, out var fault))
        {
            return fault;
        }

        var view = await funnel.ReadAsync(wanted.Window, wanted.View, cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = DashboardStyle.Policy;
        headers.CacheControl = "private, no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers["X-Robots-Tag"] = "noindex";
        return new ContentResult
        {
            StatusCode = StatusCodes.Status200OK,
            ContentType = "text/html; charset=utf-8",
            Content = await renderer.RenderAsync<DashboardHtml>(DashboardView.Of(view, request.Query)),
        };
    }
}
