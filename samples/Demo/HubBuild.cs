using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace IntegrationHub.Demo;

/// <summary>Builds the hub and the local platform with a progress display.</summary>
/// <param name="Application">The folder of the built function app.</param>
/// <param name="Platform">The assembly of the local platform.</param>
internal sealed partial record HubBuild(string Application, string Platform)
{
    private const int ShownOnFailure = 15;

    /// <summary>Builds what is not built yet.</summary>
    /// <exception cref="StartFailedException">It does not build.</exception>
    public static Task<HubBuild> RunAsync(Narrator narrator, CancellationToken cancellationToken) =>
        narrator.StepAsync("Building the hub and the local platform", "Built the hub and the local platform", async tell =>
        {
            var sources = Path.Combine(Metadata("Repository"), "src");
            var project = Path.Combine(sources, "Functions", "IntegrationHub.Functions.csproj");
            await BuildAsync(project, Metadata("Configuration"), tell, cancellationToken);
            var output = Path.Combine("bin", Metadata("Output"));
            return new HubBuild(
                Path.Combine(sources, "Functions", output),
                Path.Combine(sources, "LocalPlatform", output, "IntegrationHub.LocalPlatform.dll"));
        });

    private static string Metadata(string key) =>
        typeof(HubBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == key).Value!;

    private static async Task BuildAsync(string project, string configuration, Action<string> tell, CancellationToken cancellationToken)
    {
        string[] arguments = ["build", project, "--configuration", configuration, "--nologo", "--verbosity", "minimal", "-tl:off"];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["DOTNET_NOLOGO"] = "1" },
        };
        using var build = Process.Start(start)!;
        using var killing = cancellationToken.Register(() => build.Kill(entireProcessTree: true));
        var output = new List<string>();
        while (await build.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            output.Add(line);
            if (Describe(line) is { } progress)
            {
                tell(progress);
            }
        }

        await build.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (build.ExitCode != 0)
        {
            throw new StartFailedException($"The hub does not build:{Environment.NewLine}{string.Join(Environment.NewLine, Causes(output))}");
        }
    }

    /// <summary>The errors, each once; where none is marked as such, the end of the output.</summary>
    private static IEnumerable<string> Causes(List<string> output)
    {
        var errors = output.Where(line => line.Contains("error", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct().Take(ShownOnFailure).ToList();
        return errors.Count > 0 ? errors : output.TakeLast(ShownOnFailure);
    }

    /// <summary>Puts a line of the build in few words; null for one that shows no progress.</summary>
    private static string? Describe(string line) =>
        Restored().Match(line) is { Success: true } restored ? $"restored {restored.Groups["project"].Value}"
        : Compiled().Match(line) is { Success: true } compiled ? $"compiled {compiled.Groups["project"].Value}"
        : Installing().Match(line) is { Success: true } installing ? installing.Groups["what"].Value
        : null;

    [GeneratedRegex(@"^\s*Restored .*?(?<project>[^/\\]+)\.csproj")]
    private static partial Regex Restored();

    [GeneratedRegex(@"^\s*(?<project>\S+) -> ")]
    private static partial Regex Compiled();

    [GeneratedRegex(@"^\s*(?<what>Installing .*)$")]
    private static partial Regex Installing();
}
