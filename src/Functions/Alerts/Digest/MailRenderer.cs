using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Renders Razor components: the HTML part of mails, and pages. Everything in them is encoded.</summary>
public sealed class MailRenderer(HtmlRenderer renderer)
{
    /// <summary>The name of the one parameter that each of the components has.</summary>
    private const string Parameter = "Mail";

    /// <summary>Renders a mail with what it says, each element with its part of <see cref="MailStyle"/>.</summary>
    public async Task<string> RenderMailAsync<TComponent>(object mail)
        where TComponent : IComponent
    {
        using var html = new PreMailer.Net.PreMailer(await RenderAsync<TComponent>(mail));
        return html.MoveCssInline(css: MailStyle.Css, stripIdAndClassAttributes: true).Html;
    }

    /// <summary>Renders a component as it is.</summary>
    public Task<string> RenderAsync<TComponent>(object said)
        where TComponent : IComponent => renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [Parameter] = said });
            var component = await renderer.RenderComponentAsync<TComponent>(parameters);
            return component.ToHtmlString();
        });
}
