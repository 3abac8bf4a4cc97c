using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace IntegrationHub.Cli.Bicep;

/// <summary>The real Bicep compiler: one process that answers any number of questions, one at a time. It needs no
/// network.</summary>
internal sealed class BicepCompiler : IAsyncDisposable
{
    /// <summary>Names of resources are computed of it; nothing is deployed.</summary>
    private const string AnyId = "11111111-1111-1111-1111-111111111111";

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1);
    private int _requests;

    private BicepCompiler(Process process) => _process = process;

    /// <summary>Starts a compiler.</summary>
    /// <param name="program">Its file.</param>
    /// <exception cref="InvalidOperationException">The file is not a program that starts.</exception>
    public static BicepCompiler Start(string program)
    {
        var start = new ProcessStartInfo(program, ["jsonrpc", "--stdio"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };

        // It answers a few questions and ends: what it would learn for later takes a quarter of its time.
        (start.Environment["DOTNET_TieredPGO"], start.Environment["DOTNET_gcConcurrent"]) = ("0", "0");
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("HOME")))
        {
            // The program unpacks itself below HOME, and ends at once where there is none.
            start.Environment["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = Path.GetTempPath();
        }

        try
        {
            var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            return new(process);
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new InvalidOperationException($"{program} does not start: {failure.Message}", failure);
        }
    }

    /// <summary>Compiles a parameters file.</summary>
    /// <exception cref="BicepException">The compiler refuses to look at it.</exception>
    public async Task<CompiledParameters> CompileParametersAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            "bicep/compileParams", new() { ["path"] = path, ["parameterOverrides"] = new JsonObject() }, cancellationToken);
        return new(
            DiagnosticsOf(answer),
            Parse(answer["parameters"])?["parameters"] as JsonObject,
            Parse(answer["template"]));
    }

    /// <summary>Compiles a Bicep file; the template is null when it does not compile.</summary>
    /// <exception cref="BicepException">The compiler refuses to look at it.</exception>
    public async Task<(IReadOnlyList<BicepDiagnostic> Diagnostics, JsonNode? Template)> CompileAsync(
        string path, CancellationToken cancellationToken)
    {
        var answer = await AskAsync("bicep/compile", new() { ["path"] = path }, cancellationToken);
        return (DiagnosticsOf(answer), Parse(answer["contents"]));
    }

    /// <summary>Returns a file as the compiler formats it.</summary>
    public async Task<string> FormatAsync(string path, CancellationToken cancellationToken) =>
        (await AskAsync("bicep/format", new() { ["path"] = path }, cancellationToken))["contents"]!.GetValue<string>();

    /// <summary>Returns the resources that a parameters file would deploy, with expressions where only Azure knows a
    /// value.</summary>
    /// <exception cref="BicepException">The file does not compile, or a rule of the template refuses it.</exception>
    public async Task<IReadOnlyList<JsonNode>> ResourcesAsync(string path, CancellationToken cancellationToken)
    {
        // Without any of the four, names stay expressions, and functions that use them fail.
        var metadata = new JsonObject
        {
            ["tenantId"] = AnyId, ["subscriptionId"] = AnyId, ["resourceGroup"] = null, ["location"] = "westeurope",
            ["deploymentName"] = "check",
        };
        var answer = await AskAsync(
            "bicep/getSnapshot",
            new() { ["path"] = path, ["metadata"] = metadata, ["externalInputs"] = new JsonArray() },
            cancellationToken);
        return [.. Parse(answer["snapshot"])!["predictedResources"]!.AsArray().OfType<JsonNode>()];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(EndsWithin, TimeProvider.System);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _turn.Dispose();
    }

    private static JsonNode? Parse(JsonNode? text) => text is null ? null : JsonNode.Parse(text.GetValue<string>());

    private static List<BicepDiagnostic> DiagnosticsOf(JsonNode answer) =>
    [
        .. answer["diagnostics"]!.AsArray().Select(one => new BicepDiagnostic(
            one!["code"]!.GetValue<string>(),
            one["level"]!.GetValue<string>() == "Error",
            one["message"]!.GetValue<string>(),
            At(one, "start", "line"), At(one, "start", "char"), At(one, "end", "line"), At(one, "end", "char"))),
    ];

    private static int At(JsonNode diagnostic, string end, string what) => diagnostic["range"]?[end]?[what]?.GetValue<int>() ?? 0;

    private async Task<JsonNode> AskAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = ++_requests, ["method"] = method, ["params"] = parameters };
            var body = Encoding.UTF8.GetBytes(request.ToJsonString());
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"), cancellationToken);
            await input.WriteAsync(body, cancellationToken);
            await input.FlushAsync(cancellationToken);
            var answer = JsonNode.Parse(await ReadBodyAsync(_process.StandardOutput.BaseStream, cancellationToken))!;
            return answer["result"] ?? throw new BicepException(ReasonOf(answer["error"]));
        }
        catch (IOException failure)
        {
            throw new BicepException($"The Bicep compiler ended. {failure.Message}");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string ReasonOf(JsonNode? error) =>
        error?["data"]?["message"]?.GetValue<string>() ?? error?["message"]?.GetValue<string>() ?? "no reason given";

    /// <summary>Header lines, an empty line, and as many bytes as the header <c>Content-Length</c> says.</summary>
    private static async Task<byte[]> ReadBodyAsync(Stream output, CancellationToken cancellationToken)
    {
        const string Length = "Content-Length:";
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await output.ReadExactlyAsync(one, cancellationToken);
            header.Append((char)one[0]);
        }

        var line = header.ToString().Split("\r\n").Single(text => text.StartsWith(Length, StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(line[Length.Length..], CultureInfo.InvariantCulture)];
        await output.ReadExactlyAsync(body, cancellationToken);
        return body;
    }
}
