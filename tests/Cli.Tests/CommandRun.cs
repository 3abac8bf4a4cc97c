using System.Text.Json.Nodes;

namespace IntegrationHub.Cli.Tests;

/// <summary>A command line that ran in this process, and what it printed.</summary>
internal sealed record CommandRun(int Exit, string Output, string Errors)
{
    /// <summary>Gets the output's lines, each as JSON.</summary>
    public IReadOnlyList<JsonNode> JsonLines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    public static async Task<CommandRun> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await HubCommandLine.RunAsync(arguments, new() { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return new(exit, output.ToString(), errors.ToString());
    }
}
