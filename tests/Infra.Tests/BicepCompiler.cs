using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Checking;
using Microsoft.Extensions.Configuration;
using Compiler = IntegrationHub.Cli.Bicep.BicepCompiler;

[assembly: AssemblyFixture(typeof(IntegrationHub.Infra.Tests.BicepCompiler))]

namespace IntegrationHub.Infra.Tests;

/// <summary>The real Bicep compiler: one process for all tests, with each file compiled once. To start another costs as much as ten files.</summary>
public sealed class BicepCompiler : IAsyncDisposable
{
    private readonly Compiler _compiler;
    private readonly CheckFlow _check;
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<JsonNode>>>> _resources = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<(IReadOnlyList<BicepDiagnostic> Diagnostics, JsonNode? Template)>>> _compiled = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<CheckedFile>>> _checked = new();

    public BicepCompiler()
    {
        Assert.True(BicepProgram.TryFind(null, out var program), BicepProgram.Missing);
        _compiler = Compiler.Start(program);
        _check = new(_compiler);
    }

    /// <summary>The repository's folder <c>infra</c>.</summary>
    public static string Folder { get; } = Path.Combine(Repository, "infra");

    /// <summary>The repository.</summary>
    public static string Repository =>
        typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Repository").Value!;

    /// <summary>The names of the example parameters files, without their ending.</summary>
    public static IEnumerable<string> Examples => Directory.GetFiles(Path.Combine(Folder, "examples"), "*.bicepparam").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>Diagnostics of a Bicep or parameters file, each as <c>code message</c>.</summary>
    public async Task<IReadOnlyList<string>> DiagnosticsOfAsync(string path)
    {
        var diagnostics = path.EndsWith("param", StringComparison.Ordinal)
            ? (await _compiler.CompileParametersAsync(path, TestContext.Current.CancellationToken)).Diagnostics
            : (await CompiledAsync(path)).Diagnostics;
        return [.. diagnostics.Select(one => $"{one.Code} {one.Message}")];
    }

    /// <summary>The compiled template of a Bicep file.</summary>
    public async Task<JsonNode> CompileAsync(string name) => (await CompiledAsync(Path.Combine(Folder, name))).Template!;

    /// <summary>A file as the compiler formats it.</summary>
    public Task<string> FormatAsync(string path) => _compiler.FormatAsync(path, TestContext.Current.CancellationToken);

    /// <summary>The resources that an example would deploy.</summary>
    public Task<IReadOnlyList<JsonNode>> ResourcesOfAsync(string example) => _resources.GetOrAdd(example, _ => new(() =>
        _compiler.ResourcesAsync(Path.Combine(Folder, "examples", $"{example}.bicepparam"), CancellationToken.None))).Value;

    /// <summary>The app settings that an example would write.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(string example) => TemplateSettings.Of(await ResourcesOfAsync(example));

    /// <summary>The app settings of an example with local values for what only Azure knows: with colons, and key by key where one is JSON.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LocalSettingsOfAsync(string example)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in TemplateSettings.Resolve(await SettingsOfAsync(example), TemplateSettings.FakeSecret))
        {
            if (!key.StartsWith("Connectors:", StringComparison.Ordinal) || !value!.StartsWith('{'))
            {
                settings[key] = value!;
                continue;
            }

            using var json = new MemoryStream(Encoding.UTF8.GetBytes(value));
            foreach (var (below, inside) in new ConfigurationBuilder().AddJsonStream(json).Build().AsEnumerable().Where(each => each.Value is not null))
            {
                settings[$"{key}:{below}"] = inside!;
            }
        }

        return settings;
    }

    /// <summary>Checks a parameters file as the command <c>check</c> does, once for all tests.</summary>
    internal Task<CheckedFile> CheckAsync(string path) => _checked.GetOrAdd(path, _ => new(async () =>
    {
        using var source = ParameterSource.Open(path, null, Environment.GetEnvironmentVariable);
        return await _check.CheckAsync(source, CancellationToken.None);
    })).Value;

    /// <summary>Checks parameters as the command <c>check</c> does.</summary>
    internal Task<CheckedFile> CheckAsync(ParameterSource source) => _check.CheckAsync(source, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _compiler.DisposeAsync();

    private Task<(IReadOnlyList<BicepDiagnostic> Diagnostics, JsonNode? Template)> CompiledAsync(string path) =>
        _compiled.GetOrAdd(path, _ => new(() => _compiler.CompileAsync(path, CancellationToken.None))).Value;
}
