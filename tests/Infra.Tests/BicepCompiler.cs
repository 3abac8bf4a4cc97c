using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Infra.Tests;

[assembly: AssemblyFixture(typeof(BicepCompiler))]

namespace IntegrationHub.Infra.Tests;

/// <summary>The real Bicep compiler: one process for all tests, and each file compiled once.</summary>
public sealed class BicepCompiler : IAsyncDisposable
{
    private const string TestId = "11111111-1111-1111-1111-111111111111";

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, Lazy<Task<JsonNode>>> _answers = new();
    private int _requests;

    public BicepCompiler()
    {
        _process = Process.Start(new ProcessStartInfo(PathOfCompiler(), ["jsonrpc", "--stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("The Bicep compiler does not start.");
    }

    /// <summary>The repository's folder <c>infra</c>.</summary>
    public static string Folder { get; } = Path.Combine(Metadata("Repository")!, "infra");

    /// <summary>The names of the example parameters files, without their ending.</summary>
    public static IEnumerable<string> Examples => Directory.GetFiles(Path.Combine(Folder, "examples"), "*.bicepparam").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>Diagnostics of a Bicep or parameters file, each as <c>code message</c>.</summary>
    public async Task<IReadOnlyList<string>> DiagnosticsOfAsync(string path)
    {
        var answer = path.EndsWith("param", StringComparison.Ordinal)
            ? await AskAsync("bicep/compileParams", new() { ["path"] = path, ["parameterOverrides"] = new JsonObject() })
            : await AskAsync("bicep/compile", new() { ["path"] = path });
        return [.. answer["diagnostics"]!.AsArray().Select(one => $"{one!["code"]} {one["message"]}")];
    }

    /// <summary>The compiled template of a Bicep file.</summary>
    public async Task<JsonNode> CompileAsync(string name) =>
        JsonNode.Parse((await AskAsync("bicep/compile", new() { ["path"] = Path.Combine(Folder, name) }))["contents"]!.GetValue<string>())!;

    /// <summary>A file as the compiler formats it.</summary>
    public async Task<string> FormatAsync(string path) => (await AskAsync("bicep/format", new() { ["path"] = path }))["contents"]!.GetValue<string>();

    /// <summary>The resources that an example would deploy.</summary>
    public async Task<IReadOnlyList<JsonNode>> ResourcesOfAsync(string example) => await SnapshotAsync(Path.Combine(Folder, "examples", $"{example}.bicepparam"));

    /// <summary>The resources that a parameters file would deploy.</summary>
    public async Task<IReadOnlyList<JsonNode>> SnapshotAsync(string path)
    {
        var metadata = new JsonObject { ["tenantId"] = TestId, ["subscriptionId"] = TestId, ["resourceGroup"] = null, ["location"] = "westeurope", ["deploymentName"] = "test" };
        var answer = await AskAsync("bicep/getSnapshot", new() { ["path"] = path, ["metadata"] = metadata, ["externalInputs"] = new JsonArray() });
        return [.. JsonNode.Parse(answer["snapshot"]!.GetValue<string>())!["predictedResources"]!.AsArray().Select(resource => resource!)];
    }

    /// <summary>The app settings that an example would write.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(string example) =>
        (await ResourcesOfAsync(example))
            .Single(resource => resource["type"]!.GetValue<string>() == "Microsoft.Web/sites/config" && resource["name"]!.GetValue<string>().EndsWith("/appsettings", StringComparison.Ordinal))
            ["properties"]!.AsObject().ToDictionary(setting => setting.Key, setting => setting.Value!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _turn.Dispose();
    }

    private static string PathOfCompiler() => Environment.GetEnvironmentVariable("BICEP") ?? Metadata("BicepPath") ?? "bicep";

    private static string? Metadata(string name) =>
        typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(entry => entry.Key == name)?.Value;

    private Task<JsonNode> AskAsync(string method, JsonObject parameters) =>
        _answers.GetOrAdd($"{method} {parameters["path"]}", _ => new(() => RequestAsync(method, parameters))).Value;

    private async Task<JsonNode> RequestAsync(string method, JsonObject parameters)
    {
        await _turn.WaitAsync();
        try
        {
            var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = ++_requests, ["method"] = method, ["params"] = parameters };
            var body = Encoding.UTF8.GetBytes(request.ToJsonString());
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"));
            await input.WriteAsync(body);
            await input.FlushAsync();
            var answer = JsonNode.Parse(await ReadBodyAsync(_process.StandardOutput.BaseStream))!;
            return answer["result"] ?? throw new InvalidOperationException(answer["error"]?["message"]?.GetValue<string>());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Header lines, an empty line, and as many bytes as the header <c>Content-Length</c> says.</summary>
    private static async Task<byte[]> ReadBodyAsync(Stream output)
    {
        const string Length = "Content-Length:";
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await output.ReadExactlyAsync(one);
            header.Append((char)one[0]);
        }

        var line = header.ToString().Split("\r\n").Single(text => text.StartsWith(Length, StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(line[Length.Length..], CultureInfo.InvariantCulture)];
        await output.ReadExactlyAsync(body);
        return body;
    }
}
