using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Checking;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Cli.Connecting;

/// <summary>Puts in words what tools answered, with the parameters to add.</summary>
internal static class ConnectText
{
    /// <summary>Describes the tools.</summary>
    /// <param name="names">Finds the parameter of a setting.</param>
    public static string Describe(IReadOnlyList<ConnectedTool> tools, ParameterNames names) =>
        HubText.Lines(tools.SelectMany(tool => Describe(tool, names)));

    private static IEnumerable<string> Describe(ConnectedTool tool, ParameterNames names) =>
    [
        $"{tool.Connector} ({tool.Type}):",
        .. tool.Findings.OrderBy(finding => finding.IsRight is null)
            .Select(finding => $"  {MarkOf(finding)} {HubText.Line(Text(tool, finding, names))}"),
        .. MapOf(tool, StageMapKind.Person, "stageMap"),
        .. MapOf(tool, StageMapKind.Deal, "dealStageMap"),
    ];

    private static string MarkOf(SelfCheckFinding finding) => finding.IsRight switch { true => "ok  ", false => "FAIL", null => "look" };

    private static string Text(ConnectedTool tool, SelfCheckFinding finding, ParameterNames names) => finding.Setting.Length == 0
        ? finding.Says
        : $"{names.Of($"Connectors:{tool.Connector}:{finding.Setting}")}: {finding.Says}";

    private static IEnumerable<string> MapOf(ConnectedTool tool, StageMapKind map, string parameter)
    {
        var stages = tool.Unmapped.Where(each => each.Stage.Map == map).ToList();
        return stages.Count == 0
            ? []
            :
            [
                $"  map  stages without a meaning: {stages.Count}. Add what is right to connectors.{tool.Connector}.{parameter}:",
                .. stages.Select(each => $"         {Line(each.Stage, each.Suggestion)}"),
            ];
    }

    private static string Line(VendorStage stage, string? suggestion)
    {
        var name = ParameterSource.Literal(System.Text.Json.Nodes.JsonValue.Create(stage.Raw));
        var label = stage.Label is { } shown && !shown.Equals(stage.Raw, StringComparison.OrdinalIgnoreCase) ? $" // {shown}" : "";
        return HubText.Line(suggestion is null ? $"// {name}: no suggestion{label}" : $"{name}: '{suggestion}'{label}");
    }
}
