using System.Diagnostics;

namespace IntegrationHub.Tests.Support;

/// <summary>
/// A service beside the hub, as a process of its own: it says "listening PORT" when it is ready and ends with its standard input, and so with the test run.
/// What it stores outlives it.
/// </summary>
public sealed class ServiceProcess(string name, int[] ports, string program, params string[] arguments) : IAsyncDisposable
{
    private Process? _process;

    /// <summary>Gets the id of the running process.</summary>
    public int Id => _process!.Id;

    /// <summary>Azurite's tables and blobs, as the local platform runs them: every write is in a journal before its answer.</summary>
    public static ServiceProcess Azurite(string directory, int tables, int blobs) => new(
        "azurite", [tables, blobs], "node",
        [
            Built.Child("guard.cjs"), Path.Combine(directory, "azurite"), Path.Combine(directory, "azurite.log"), "./azurite.cjs",
            "--location", Path.Combine(directory, "azurite"), "--tableHost", "127.0.0.1", "--tablePort", $"{tables}",
            "--blobHost", "127.0.0.1", "--blobPort", $"{blobs}", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
        ]);

    /// <summary>The local Service Bus broker.</summary>
    public static ServiceProcess Bus(string directory, int port, string topology) =>
        new("the bus", [port], "dotnet", [Built.LocalPlatform, "bus", "--port", $"{port}", "--data", directory, "--topology", topology]);

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var awaited = ports.Select(port => $"listening {port}").ToHashSet();
        while (awaited.Count > 0)
        {
            var line = await _process.StandardOutput.ReadLineAsync();
            Assert.True(line is not null, $"{name} ended before it was {string.Join(" and ", awaited)}.");
            awaited.Remove(line);
        }

        // Nobody reads on, and a full pipe would stop it.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    /// <summary>Ends it, its data saved.</summary>
    public async Task StopAsync()
    {
        _process!.StandardInput.Close();
        await EndedAsync();
    }

    /// <summary>Kills it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }
    }

    private async Task EndedAsync()
    {
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }
}
