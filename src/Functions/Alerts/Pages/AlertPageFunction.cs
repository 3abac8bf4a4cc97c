using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>Shows what a link in a mail does, and does it when posted.</summary>
internal sealed class AlertPageFunction(AlertPageFlow pages, MailRenderer renderer)
{
    /// <summary>GET and HEAD show, POST acts.</summary>
    [Function("AlertPage")]
    [NeedsNothing("the link is protected, and acts for its holder")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "alerts/{token}")] HttpRequest request, string token,
        CancellationToken cancellationToken)
    {
        var form = HttpMethods.IsPost(request.Method) ? await AlertPageForm.ReadAsync(request, cancellationToken) : null;
        var page = form is null
            ? await pages.ShowAsync(token, cancellationToken)
            : await pages.ActAsync(token, form.Until, form.Reason, cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = AlertPageStyle.Policy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        return new ContentResult
        {
            StatusCode = page.Status,
            ContentType = "text/html; charset=utf-8",
            Content = await renderer.RenderAsync<AlertPageHtml>(page.View),
        };
    }
}
