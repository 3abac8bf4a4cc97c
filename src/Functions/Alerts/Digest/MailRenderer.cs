using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Renders Razor components: the HTML part of mails, and pages. Everything in them is encoded.</summary>
public sealed class MailRenderer(HtmlRenderer renderer)
{
    /// <summary>The name of the one parameter that each of the components has.</summary>
    private const string Parameter = "Mail";

    /// <summary>Renders a component with what it is to say.</summary>
    public Task<string> RenderAsync<TComponent>(object mail)
        where TComponent : IComponent => renderer.Dispatcher.InvokeAsync(async () =>
        {
            var component = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(new Dictionary<string, object?> { [Parameter] = mail }));
            return component.ToHtmlString();
        });
}
