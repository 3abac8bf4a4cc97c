using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.FunctionApp;

/// <summary>What building and publishing the function app brings forth. Publishing has folders of its own here, so it disturbs no other build.</summary>
public sealed partial class PublishTests : IDisposable
{
    private const string Extension = "Microsoft.Azure.Functions.Worker.Extensions.ServiceBus";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly DirectoryInfo _artifacts = Directory.CreateTempSubdirectory("publish-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishing_with_the_stand_in_makes_a_complete_function_app()
    {
        var published = Path.Combine(_artifacts.FullName, "published");

        var (code, output) = await DotnetAsync("publish", "-p:ServiceBusExtension=project", "-o", published);

        Assert.True(code == 0, output);
        foreach (var file in new[] { "IntegrationHub.Functions.dll", $"{Extension}.dll", "host.json", "worker.config.json", "extensions.json", "functions.metadata" })
        {
            Assert.True(File.Exists(Path.Combine(published, file)), $"{file} is missing.");
        }

        Assert.True(Directory.Exists(Path.Combine(published, ".azurefunctions")));
        Assert.Empty(Directory.GetFiles(published, "local.settings*"));
        Assert.Empty(Directory.GetFiles(published, "IntegrationHub.LocalPlatform*"));
        Approved.AssertSame(
            Normalise(await File.ReadAllTextAsync(Path.Combine(published, "functions.metadata"), Stop)),
            "tests", "LocalPlatform.Tests", "FunctionApp", "functions.metadata.approved.json");
    }

    [Fact]
    public async Task Publishing_takes_the_real_extension_and_lacks_nothing_else()
    {
        var (code, output) = await DotnetAsync("restore", "-p:_IsPublishing=true");

        // A machine that can restore it has nothing to complain of.
        string[] missing = code == 0 ? [Extension] : [.. MissingPackage().Matches(output).Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(missing is [Extension], output);
    }

    [Fact]
    public void What_is_built_and_not_published_has_nothing_of_the_second_build()
    {
        Assert.True(File.Exists(Path.Combine(Built.FunctionApp, "IntegrationHub.Functions.dll")));
        Assert.False(Directory.Exists(Path.Combine(Built.FunctionApp, ".azurefunctions")));
        Assert.False(File.Exists(Path.Combine(Built.FunctionApp, "functions.metadata")));
    }

    public void Dispose() => _artifacts.Delete(recursive: true);

    [GeneratedRegex("error NU1101: Unable to find package ([A-Za-z.]+[A-Za-z])")]
    private static partial Regex MissingPackage();

    [GeneratedRegex("[^.]+[.][^.]+$")]
    private static partial Regex TypeAndMethod();

    /// <summary>The functions in the order of their names, without namespaces: the room that a function lives in is no contract.</summary>
    private static string Normalise(string metadata)
    {
        var functions = JsonNode.Parse(metadata)!.AsArray()
            .Select(function => function!.DeepClone())
            .OrderBy(function => (string)function["name"]!, StringComparer.Ordinal)
            .ToArray();
        foreach (var function in functions)
        {
            function["entryPoint"] = TypeAndMethod().Match((string)function["entryPoint"]!).Value;
        }

        return new JsonArray(functions).ToJsonString(Indented) + "\n";
    }

    private async Task<(int Code, string Output)> DotnetAsync(string command, params string[] arguments)
    {
        // Analyzers have had their say when the solution was built.
        string[] line =
        [
            command, Repository.PathTo("src", "Functions"),
            "-nodeReuse:false", "-p:RunAnalyzers=false", $"-p:ArtifactsPath={_artifacts.FullName}",
            .. arguments,
        ];
        var start = new ProcessStartInfo("dotnet", line)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";

        // Where a build runs the tests, its own settings are not for the builds that they start.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Stop);
        var errors = process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, await output + await errors);
    }
}
