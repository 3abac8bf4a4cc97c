using System.Diagnostics;
using System.Reflection;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>Azurite or maildev as the hub runs them, but outside the hub: what it stores outlives the hub's kills. It ends with its standard input, and so with the test run.</summary>
internal sealed class NodeChild(string name, string directory, int port, string script, params string[] arguments) : IAsyncDisposable
{
    private static readonly string Children = Path.Combine(
        typeof(NodeChild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Repository").Value!,
        "src", "Embedded", "Microsoft.Azure.Functions.Worker", "Children");

    private Process? _process;

    public static NodeChild Azurite(string directory, int port) =>
        new("azurite", directory, port, "./azurite.cjs", "--location", Path.Combine(directory, "azurite"), "--tableHost", "127.0.0.1", "--tablePort", $"{port}", "--silent", "--disableTelemetry");

    public static NodeChild Maildev(string directory, int smtpPort, int webPort) =>
        new("maildev", directory, webPort, "maildev/bin/maildev", "--smtp", $"{smtpPort}", "--web", $"{webPort}", "--ip", "127.0.0.1", "--web-ip", "127.0.0.1", "--silent");

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        string[] command = [Path.Combine(Children, "guard.cjs"), Path.Combine(directory, name), Path.Combine(directory, $"{name}.log"), script, .. arguments];
        _process = Process.Start(new ProcessStartInfo("node", command) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        while (await _process.StandardOutput.ReadLineAsync() is var line && line != $"listening {port}")
        {
            Assert.True(line is not null, $"{name} ended before it listened on port {port}: {await File.ReadAllTextAsync(Path.Combine(directory, $"{name}.log"))}");
        }
    }

    /// <summary>Ends it, its data saved.</summary>
    public async Task StopAsync()
    {
        _process!.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }
    }
}
