using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Cli.Webhooks;

/// <summary>What became of the webhook of a tool.</summary>
/// <param name="Connector">The connector's name.</param>
/// <param name="IsDone">Whether it is as it was asked for.</param>
/// <param name="Says">What happened, or the steps for a person: one line each.</param>
internal sealed record WebhookOutcome(string Connector, bool IsDone, IReadOnlyList<string> Says);

/// <summary>Makes, lists and removes the webhooks of tools that have an API for it. Others get steps for a
/// person.</summary>
/// <param name="hubUrl">The public address of the hub.</param>
internal sealed class WebhooksFlow(Uri hubUrl)
{
    /// <summary>Makes the webhook of a tool, unless it is there and complete. Idempotent.</summary>
    public Task<WebhookOutcome> RegisterAsync(IConnector connector, CancellationToken cancellationToken) =>
        AskAsync(connector, async (tool, there) =>
        {
            if (there.FirstOrDefault(tool.IsComplete) is { } known)
            {
                return [$"is there already: {Describe(known)}"];
            }

            var made = await tool.RegisterAsync(AddressOf(connector), cancellationToken);
            return
            [
                $"is made: {Describe(made)}",
                .. made.Secret is { } secret ? [$"Its signing secret is shown once. Put it into the Key Vault: {secret}"]
                    : Array.Empty<string>(),
                .. there.Select(old => $"Another one calls the same address and lacks events; remove it: {Describe(old)}"),
            ];
        }, cancellationToken);

    /// <summary>Lists the webhooks of a tool that call the hub.</summary>
    public Task<WebhookOutcome> ListAsync(IConnector connector, CancellationToken cancellationToken) => AskAsync(
        connector,
        (tool, there) => Task.FromResult<IReadOnlyList<string>>(there.Count == 0
            ? [$"none calls {AddressOf(connector)}"]
            : [.. there.Select(each => $"{(tool.IsComplete(each) ? "complete" : "lacks events")}: {Describe(each)}")]),
        cancellationToken);

    /// <summary>Removes the webhooks of a tool that call the hub. Idempotent.</summary>
    public Task<WebhookOutcome> RemoveAsync(IConnector connector, CancellationToken cancellationToken) => AskAsync(
        connector,
        async (tool, there) =>
        {
            foreach (var each in there)
            {
                await tool.RemoveAsync(each, cancellationToken);
            }

            return [there.Count == 0 ? $"none calls {AddressOf(connector)}" : $"removed: {string.Join("; ", there.Select(Describe))}"];
        },
        cancellationToken);

    private async Task<WebhookOutcome> AskAsync(
        IConnector connector, Func<IWebhookRegistration, IReadOnlyList<RegisteredWebhook>, Task<IReadOnlyList<string>>> actAsync,
        CancellationToken cancellationToken)
    {
        if (connector is not IWebhookRegistration tool)
        {
            return new(connector.Name, connector is not IWebhookSource, StepsOf(connector));
        }

        try
        {
            var there = await tool.WebhooksAsync(cancellationToken);
            return new(connector.Name, true, await actAsync(tool, [.. there.Where(each => each.Calls(AddressOf(connector)))]));
        }
        catch (VendorException failure)
        {
            return new(connector.Name, false, [failure.Message]);
        }
    }

    private string[] StepsOf(IConnector connector) => connector is IWebhookSource
        ?
        [
            $"{connector.Type} has no call for it that the hub uses. A person does it there, for {AddressOf(connector)}:",
            "",
            .. ConnectorGuide.StepsOf(connector.Type, connector.Name, hubUrl),
        ]
        : ["is polled and needs no webhook"];

    private Uri AddressOf(IConnector connector) => new($"{hubUrl.AbsoluteUri.TrimEnd('/')}/api/webhooks/{connector.Name}");

    /// <summary>Describes a webhook without its query, which may hold a token.</summary>
    private static string Describe(RegisteredWebhook webhook) =>
        $"{webhook.Id} → {webhook.Address.GetLeftPart(UriPartial.Path)} ({string.Join(", ", webhook.Events)})";
}
