using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Renders Razor components, which encode everything: the HTML part of mails, and pages.</summary>
internal sealed class MailRenderer(HtmlRenderer renderer)
{
    /// <summary>The one parameter of each component.</summary>
    private const string Parameter = "Mail";

    /// <summary>Renders a mail with <see cref="MailStyle"/> written into its elements.</summary>
    public async Task<string> RenderMailAsync<TComponent>(object mail)
        where TComponent : IComponent
    {
        using var html = new PreMailer.Net.PreMailer(await RenderAsync<TComponent>(mail));
        return html.MoveCssInline(css: MailStyle.Css, stripIdAndClassAttributes: true).Html;
    }

    /// <summary>Renders a component without styles.</summary>
    public Task<string> RenderAsync<TComponent>(object said)
        where TComponent : IComponent => renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [Parameter] = said });
            var component = await renderer.RenderComponentAsync<TComponent>(parameters);
            return component.ToHtmlString();
        });
}
