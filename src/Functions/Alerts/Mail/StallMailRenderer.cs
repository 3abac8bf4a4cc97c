using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>Renders the HTML part of a mail about a stalled lead. Everything in it is encoded.</summary>
public sealed class StallMailRenderer(HtmlRenderer renderer)
{
    /// <summary>Renders it.</summary>
    public Task<string> RenderAsync(StallMail mail) => renderer.Dispatcher.InvokeAsync(async () =>
    {
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(StallMailHtml.Mail)] = mail });
        var component = await renderer.RenderComponentAsync<StallMailHtml>(parameters);
        return component.ToHtmlString();
    });
}
