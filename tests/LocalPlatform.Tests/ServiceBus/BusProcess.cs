using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>A broker in a process of its own, which can be killed and started again on the same port with what it has on the disk.</summary>
internal sealed class BusProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly string _topology;
    private Process? _process;

    private BusProcess(string folder, string topology, int port)
    {
        Folder = folder;
        _topology = topology;
        Port = port;
    }

    public string Folder { get; }

    public int Port { get; }

    public string ConnectionString => LocalBus.ConnectionStringFor(Port);

    public Process Process => _process ?? throw new InvalidOperationException("The broker is not running.");

    /// <summary>Gets how much memory the process has in use.</summary>
    public long WorkingSet
    {
        get
        {
            Process.Refresh();
            return Process.WorkingSet64;
        }
    }

    public static async Task<BusProcess> StartAsync(string? topology = null)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var bus = new BusProcess(Directory.CreateTempSubdirectory("hub-bus-").FullName, topology ?? TestBus.TopologyFile(), port);
        await bus.StartAgainAsync();
        return bus;
    }

    public static Process Launch(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "IntegrationHub.LocalPlatform.dll"), "bus", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in BusCommand.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public async Task StartAgainAsync()
    {
        _process = Launch("--port", $"{Port}", "--data", Folder, "--topology", _topology);
        Assert.Equal($"listening {Port}", await _process.StandardOutput.ReadLineAsync().WaitAsync(Timeout));
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>Ends it as a crash would: nothing is written any more.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
