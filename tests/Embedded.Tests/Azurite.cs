using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace IntegrationHub.Embedded.Tests;

/// <summary>
/// A real table store for tests: the one that HUB_TEST_TABLES names or, without that, an Azurite of this run alone, in memory, on a free port.
/// It ends with its standard input, and so also when the test run is killed.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string EndWithInput = "process.stdin.resume().on('end', () => process.exit(0)); require(process.argv[1]);";

    private Process? _process;

    /// <summary>Gets whether the store is Azurite, whose few deviations from the service some tests have to know.</summary>
    public bool IsAzurite => _process is not null;

    /// <summary>Gets how to reach the store.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        ConnectionString = Environment.GetEnvironmentVariable("HUB_TEST_TABLES") ?? "";
        if (ConnectionString.Length > 0)
        {
            return;
        }

        var port = FreePort();
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={Key};TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";
        _process = Process.Start(new ProcessStartInfo("node",
        [
            "-e", EndWithInput, Script(), "--tableHost", "127.0.0.1", "--tablePort", $"{port}", "--inMemoryPersistence", "--silent", "--disableTelemetry",
        ])
        {
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        await Listening(port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "src", "Embedded", "node_modules", "azurite", "dist", "src", "table", "main.js");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new InvalidOperationException("Azurite is not installed: npm ci in src/Embedded brings it, and so does building the embedded Functions host.");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task Listening(int port)
    {
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"Azurite ended with {_process.ExitCode} instead of listening on port {port}.");
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

/// <summary>The tests that share one Azurite.</summary>
[CollectionDefinition(nameof(Azurite))]
public sealed class AzuriteTests : ICollectionFixture<Azurite>;
