using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Connecting;

/// <summary>What a tool answered.</summary>
/// <param name="Connector">The connector's name.</param>
/// <param name="Type">Its vendor.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Unmapped">The stages that no map covers, each with a suggested meaning; null where nothing suggests
/// one.</param>
internal sealed record ConnectedTool(
    string Connector, string Type, IReadOnlyList<SelfCheckFinding> Findings,
        IReadOnlyList<(VendorStage Stage, string? Suggestion)> Unmapped)
{
    /// <summary>Gets a value indicating whether something is not as the hub needs it.</summary>
    public bool IsWrong => Findings.Any(finding => finding.IsRight == false);
}

/// <summary>Asks each tool of a configuration whether it is set up for the hub. Changes nothing in them.</summary>
internal static class ConnectFlow
{
    /// <summary>Asks all tools, one after another. A tool that does not answer is a finding.</summary>
    /// <param name="configuration">The hub's settings, with true secrets.</param>
    public static async Task<IReadOnlyList<ConnectedTool>> RunAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddLogging().AddConnectors(configuration).BuildServiceProvider();
        var tools = new List<ConnectedTool>();
        foreach (var connector in services.GetRequiredService<ConnectorSet>().OfType<IConnector>())
        {
            tools.Add(await AskAsync(connector, cancellationToken));
        }

        return tools;
    }

    private static async Task<ConnectedTool> AskAsync(IConnector connector, CancellationToken cancellationToken)
    {
        if (connector is not ISelfCheck tool)
        {
            return new(connector.Name, connector.Type,
                [new("", null, "the hub has no check for this tool: follow the README of its connector")], []);
        }

        try
        {
            var check = await tool.CheckAsync(cancellationToken);
            return new(
                connector.Name, connector.Type, check.Findings,
                [
                    .. check.Stages.Where(stage => stage.Outcome is null && connector.MeaningOf(stage.Map, stage.Raw) is null)
                        .Select(stage => (stage, StageSuggestionRules.Suggest(stage))),
                ]);
        }
        catch (VendorException failure)
        {
            return new(connector.Name, connector.Type, [new("", false, failure.Message)], []);
        }
    }
}
