using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>The broker as a process: how it starts and how it ends.</summary>
public sealed class BusCommandTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-bus-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_where_it_listens_and_ends_with_its_standard_input()
    {
        using var process = Start();
        var port = await PortAsync(process);
        await using var client = new ServiceBusClient(LocalBus.ConnectionStringFor(port), OwnBus.Impatient);
        await client.CreateSender("plain").SendMessageAsync(new("kept"), Stop);

        process.StandardInput.Close();

        Assert.Equal(0, await ExitAsync(process));
        using var again = Start();
        await using var next = new ServiceBusClient(LocalBus.ConnectionStringFor(await PortAsync(again)), OwnBus.Impatient);
        Assert.Equal("kept", (await next.CreateReceiver("plain").NextAsync()).Body.ToString());
        again.StandardInput.Close();
        await ExitAsync(again);
    }

    [Fact]
    public async Task It_ends_gracefully_when_it_is_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM; there a starter closes the standard input.");
        using var process = Start();
        await PortAsync(process);
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        Assert.Equal(0, await ExitAsync(process));
    }

    [Fact]
    public async Task It_listens_on_the_loopback_address_alone()
    {
        using var process = Start();
        var port = await PortAsync(process);
        foreach (var address in (await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork, Stop)).Where(static address => !IPAddress.IsLoopback(address)))
        {
            using var socket = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(address, port, Stop).AsTask());
        }

        process.StandardInput.Close();
        await ExitAsync(process);
    }

    [Fact]
    public async Task A_fault_that_it_cannot_start_with_is_one_line_on_standard_error()
    {
        var topology = Path.Combine(_folder.FullName, "bad.json");
        await File.WriteAllTextAsync(topology, """{"queue":[]}""", Stop);
        using var process = Start(topology);
        Assert.Null(await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Timeout, Stop));
        var error = await process.StandardError.ReadToEndAsync(Stop);
        Assert.Contains("bad.json: queue ", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Equal(1, await ExitAsync(process));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<int> PortAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Timeout, Stop);
        Assert.StartsWith("listening ", line, StringComparison.Ordinal);
        return int.Parse(line!["listening ".Length..], null);
    }

    private static async Task<int> ExitAsync(Process process)
    {
        await process.WaitForExitAsync(Stop).WaitAsync(Timeout, Stop);
        return process.ExitCode;
    }

    private Process Start(string? topology = null) =>
        BusProcess.Launch("--port", "0", "--data", Path.Combine(_folder.FullName, "data"), "--topology", topology ?? TestBus.TopologyFile());
}
