using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.Tests.Support;

/// <summary>An Azurite of its own, in memory, on a free port. It ends with its standard input, and so also when whoever started it is killed.</summary>
public sealed class AzuriteProcess : IAsyncDisposable
{
    /// <summary>The key that Microsoft publishes for Azurite's account.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string EndWithInput =
        "process.stdin.resume().on('end', () => process.exit(0));"
        + " for (const service of [process.argv[1], ...process.argv.splice(2, 2)]) require(service);";

    private readonly Process _process;

    private AzuriteProcess(Process process, int tables, int blobs) => (_process, ConnectionString) = (process, ConnectionTo(tables, blobs));

    /// <summary>Gets how to reach it.</summary>
    public string ConnectionString { get; }

    /// <summary>How to reach an Azurite on this machine.</summary>
    public static string ConnectionTo(int tables, int blobs) =>
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{blobs}/devstoreaccount1;TableEndpoint=http://127.0.0.1:{tables}/devstoreaccount1;";

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="megabytes">How much memory its rows may take; zero for what Node.js gives.</param>
    public static async Task<AzuriteProcess> StartAsync(int megabytes = 0)
    {
        var (tables, blobs) = (FreePort.Find(), FreePort.Find());
        string[] memory = megabytes == 0 ? [] : [$"--max-old-space-size={megabytes}"];
        var process = Process.Start(new ProcessStartInfo("node",
        [
            .. memory, "-e", EndWithInput, Script("common", "Environment.js"), Script("table", "main.js"), Script("blob", "main.js"),
            "--tableHost", "127.0.0.1", "--tablePort", $"{tables}", "--blobHost", "127.0.0.1", "--blobPort", $"{blobs}",
            "--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
        ])
        {
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        await Listening(process, tables);
        await Listening(process, blobs);
        return new(process, tables, blobs);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Script(string folder, string file)
    {
        var script = Repository.PathTo("src", "LocalPlatform", "node_modules", "azurite", "dist", "src", folder, file);
        return File.Exists(script) ? script : throw new InvalidOperationException("Azurite is not installed: building src/LocalPlatform installs it.");
    }

    private static async Task Listening(Process process, int port)
    {
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"Azurite ended with {process.ExitCode} instead of listening on port {port}.");
            }

            try
            {
                using TcpClient client = new();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new TimeoutException($"Azurite did not listen on port {port} within a minute.");
    }
}
