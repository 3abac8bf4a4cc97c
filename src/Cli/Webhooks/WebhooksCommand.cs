using System.CommandLine;
using IntegrationHub.Cli.Checking;
using IntegrationHub.Cli.Connecting;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Webhooks;

/// <summary>The command <c>webhooks</c>: makes, lists and removes the hub's webhooks in the tools.</summary>
internal static class WebhooksCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new(
            "webhooks",
            "Makes, lists and removes the webhooks by which tools call the hub; prints the steps where a tool has no API for it.")
        {
            Create(
                "register", "Makes the webhook of each tool, unless it is there already. Repeating it is safe.",
                    "Register the hub with its tools",
                (flow, connector, cancellationToken) => flow.RegisterAsync(connector, cancellationToken)),
            Create(
                "list", "Lists the webhooks of each tool that call the hub, and what they lack. Changes nothing.", "See what calls the hub",
                (flow, connector, cancellationToken) => flow.ListAsync(connector, cancellationToken)),
            Create(
                "remove", "Removes the webhooks of each tool that call the hub.", "Take a hub out of service",
                (flow, connector, cancellationToken) => flow.RemoveAsync(connector, cancellationToken)),
        };

    private static GuidedCommand Create(
        string name, string description, string purpose, Func<WebhooksFlow, IConnector, CancellationToken, Task<WebhookOutcome>> actAsync)
    {
        var file = new Argument<string>("FILE") { Description = "The parameters file." };
        var hubUrl = new Option<string>("--hub-url")
        {
            Description = "The public address of the hub: the output HUB_URL of the deployment.", HelpName = "URL", Required = true,
        };
        var connector = new Option<string?>("--connector") { Description = "Only this connector.", HelpName = "NAME" };
        var (secrets, bicep) = (CheckCommand.SecretsOption(), CheckCommand.BicepOption());
        var command = new GuidedCommand(name, description)
        {
            Examples = [(purpose, $"webhooks {name} hub.bicepparam --hub-url https://hub.example.com --secrets secrets.json")],
            Endings =
            [
                (ExitCodes.Done, "every tool is as it was asked for"),
                (ExitCodes.NotDone, "a tool refused or does not answer, or a person must do it there; the output says which and how"),
                (ExitCodes.Misused, "the command line, the parameters file or the secrets are wrong; no tool was asked"),
            ],
        };
        command.Add(file);
        Array.ForEach<Option>([hubUrl, connector, secrets, bicep], command.Add);
        command.Validators.Add(given =>
        {
            if (!Uri.TryCreate(given.GetValue(hubUrl), UriKind.Absolute, out var url) || url.Scheme != "https")
            {
                given.AddError("--hub-url: must be an https address, for example https://hub.example.com.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.InvocationConfiguration,
            new(parsed.GetRequiredValue(file), new(parsed.GetRequiredValue(hubUrl)), parsed.GetValue(connector), parsed.GetValue(secrets),
                parsed.GetValue(bicep)),
            actAsync, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        InvocationConfiguration console, Order order, Func<WebhooksFlow, IConnector, CancellationToken, Task<WebhookOutcome>> actAsync,
        CancellationToken cancellationToken)
    {
        try
        {
            var (settings, faults) = await CheckedSettings.WrittenAsync(order.Bicep, [order.File], cancellationToken);
            if (faults.Count > 0)
            {
                await console.Error.WriteLineAsync(string.Join(Environment.NewLine, faults));
                return ExitCodes.Misused;
            }

            var source = SecretSource.Open(order.Secrets, Environment.GetEnvironmentVariable);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(source.OfConnectors(settings[0])).Build();
            await using var services = new ServiceCollection().AddLogging().AddConnectors(configuration).BuildServiceProvider();
            var connectors = services.GetRequiredService<ConnectorSet>().OfType<IConnector>()
                .Where(each => order.Connector is null || each.Name.Equals(order.Connector, StringComparison.OrdinalIgnoreCase)).ToList();
            return connectors.Count == 0
                ? throw new InvalidDataException($"--connector: must be one of the connectors of {order.File}.")
                : await ActAsync(console, connectors, each => actAsync(new(order.HubUrl), each, cancellationToken));
        }
        catch (Exception fault) when (fault
            is InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException or InvalidSettingsException)
        {
            await console.Error.WriteLineAsync(fault.Message);
            return ExitCodes.Misused;
        }
    }

    private static async Task<int> ActAsync(
        InvocationConfiguration console, IReadOnlyList<IConnector> connectors, Func<IConnector, Task<WebhookOutcome>> actAsync)
    {
        var allDone = true;
        foreach (var connector in connectors)
        {
            var outcome = await actAsync(connector);
            allDone &= outcome.IsDone;
            await console.Output.WriteLineAsync($"{outcome.Connector}: {string.Join($"{Environment.NewLine}  ", outcome.Says)}");
        }

        return allDone ? ExitCodes.Done : ExitCodes.NotDone;
    }

    private sealed record Order(string File, Uri HubUrl, string? Connector, string? Secrets, string? Bicep);
}
