using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.Services;

/// <summary>What runs beside the function app, as the processes that it is.</summary>
public sealed class ServicesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("services-");
    private Process? _process;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            var services = ProcessTree.ChildrenOf(_process.Id);
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            await EndedAsync(services);
        }

        _process?.Dispose();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task They_run_alone_can_be_reached_by_the_settings_they_print_and_end_with_their_starter()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Which process belongs to which test is read from the process list.");
        var settings = await StartAsync();

        await TablesOf(settings).AddEntityAsync(new TableEntity("lead", "1"), Stop);
        await using (var bus = new ServiceBusClient(settings["ServiceBus"]))
        {
            await using var sender = bus.CreateSender("inbound");
            await sender.SendMessageAsync(new("hello"), Stop);
            await using var receiver = bus.CreateReceiver("inbound");
            Assert.Equal("hello", (await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10), Stop)).Body.ToString());
        }

        Assert.StartsWith("220", await GreetingAsync(settings), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(settings["Mail__Page"]));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(BlobsOf(settings)));
        var services = ProcessTree.ChildrenOf(_process!.Id);
        Assert.Equal(3, services.Count);

        _process.Kill();

        await EndedAsync(services);
    }

    [Fact]
    public async Task One_that_is_killed_is_started_again_with_what_it_had_acknowledged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Which process belongs to which test is read from the process list.");
        var settings = await StartAsync();
        await using var bus = new ServiceBusClient(settings["ServiceBus"]);
        await using var sender = bus.CreateSender("inbound");
        await sender.SendMessageAsync(new("kept"), Stop);
        var tables = TablesOf(settings);
        await tables.AddEntityAsync(new TableEntity("lead", "1"), Stop);

        foreach (var service in ProcessTree.ChildrenOf(_process!.Id))
        {
            ProcessTree.Kill(service);
        }

        await using var receiver = bus.CreateReceiver("inbound");
        await Eventually.TrueAsync(async () => await CountAsync(tables) == 1, "the tables were there again");
        await Eventually.TrueAsync(async () => await PeekAsync(receiver) == "kept", "the bus was there again");
    }

    [Fact]
    public async Task They_stop_when_they_are_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A process is asked to stop by a signal.");
        await StartAsync();
        var services = ProcessTree.ChildrenOf(_process!.Id);

        ProcessTree.Terminate(_process.Id);
        await _process.WaitForExitAsync(Stop);

        Assert.Equal(0, _process.ExitCode);
        Assert.DoesNotContain(services, ProcessTree.Runs);
    }

    [Fact]
    public async Task Tables_and_blobs_keep_what_they_acknowledged_through_kills()
    {
        var (tablePort, blobPort) = (FreePort.Find(), FreePort.Find());
        var connection = AzuriteProcess.ConnectionTo(tablePort, blobPort);
        var (tables, blobs) = (new TableClient(connection, "facts"), new BlobContainerClient(connection, "bodies"));

        for (var round = 0; round < 3; round++)
        {
            await using var azurite = ServiceProcess.Azurite(_data.FullName, tablePort, blobPort);
            await azurite.StartAsync();
            await tables.CreateIfNotExistsAsync(Stop);
            await blobs.CreateIfNotExistsAsync(cancellationToken: Stop);
            await AssertBlobsAsync(blobs, round);
            for (var row = 0; row < 50; row++)
            {
                await tables.SubmitTransactionAsync(
                    [Add($"{round}-{row}-a"), Add($"{round}-{row}-b"), new(TableTransactionActionType.UpsertReplace, new TableEntity("lead", "last") { ["Row"] = row })],
                    Stop);
                await blobs.GetBlobClient("last").UploadAsync(BinaryData.FromString($"{round}-{row}"), overwrite: true, Stop);
            }

            await blobs.UploadBlobAsync($"{round}", BinaryData.FromString(new string('x', 100_000)), Stop);
            await blobs.UploadBlobAsync($"{round}-gone", BinaryData.FromString("gone"), Stop);
            await blobs.DeleteBlobAsync($"{round}-gone", cancellationToken: Stop);
            Assert.Equal((round * 100) + 101, await CountAsync(tables));
            await azurite.KillAsync();
        }

        await using var last = ServiceProcess.Azurite(_data.FullName, tablePort, blobPort);
        await last.StartAsync();
        await AssertBlobsAsync(blobs, 3);

        static TableTransactionAction Add(string row) => new(TableTransactionActionType.Add, new TableEntity("lead", row));
    }

    private static async Task AssertBlobsAsync(BlobContainerClient blobs, int rounds)
    {
        var names = await blobs.GetBlobsAsync(cancellationToken: Stop).Select(blob => blob.Name).ToListAsync(Stop);
        Assert.Equal([.. Enumerable.Range(0, rounds).Select(round => $"{round}"), .. rounds > 0 ? ["last"] : Array.Empty<string>()], names);
        foreach (var name in names)
        {
            var content = (await blobs.GetBlobClient(name).DownloadContentAsync(Stop)).Value.Content.ToString();
            Assert.Equal(name == "last" ? $"{rounds - 1}-49" : new string('x', 100_000), content);
        }
    }

    private static TableClient TablesOf(IReadOnlyDictionary<string, string> settings)
    {
        var tables = new TableClient(settings["AzureWebJobsStorage"], "facts");
        tables.CreateIfNotExists(Stop);
        return tables;
    }

    private static string BlobsOf(IReadOnlyDictionary<string, string> settings) =>
        settings["AzureWebJobsStorage"].Split(';').Single(part => part.StartsWith("BlobEndpoint=", StringComparison.Ordinal))["BlobEndpoint=".Length..];

    private static async Task<int> CountAsync(TableClient table)
    {
        try
        {
            return await table.QueryAsync<TableEntity>(cancellationToken: Stop).CountAsync(Stop);
        }
        catch (Exception e) when (e is Azure.RequestFailedException or AggregateException)
        {
            // It is not back yet.
            return -1;
        }
    }

    private static async Task<string?> PeekAsync(ServiceBusReceiver receiver)
    {
        try
        {
            return (await receiver.PeekMessageAsync(0, Stop))?.Body.ToString();
        }
        catch (ServiceBusException e) when (e.IsTransient)
        {
            return null;
        }
    }

    private static async Task<string> GreetingAsync(IReadOnlyDictionary<string, string> settings)
    {
        using var client = new TcpClient(settings["Mail__Smtp__Host"], int.Parse(settings["Mail__Smtp__Port"], null));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Stop) ?? "";
    }

    private static async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(url), Stop);
        return answer.StatusCode;
    }

    private static Task EndedAsync(IReadOnlyList<int> processes) =>
        Eventually.TrueAsync(() => !processes.Any(ProcessTree.Runs), "all services had ended");

    private async Task<IReadOnlyDictionary<string, string>> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Built.LocalPlatform, "services", "--data", _data.FullName, "--topology", Built.Topology]) { RedirectStandardOutput = true };
        _process = Process.Start(start)!;
        while (await _process.StandardOutput.ReadLineAsync(Stop) is var line && line != "{")
        {
            Assert.True(line is not null, "The services ended before they were ready.");
        }

        var json = "{";
        while (!json.EndsWith('}'))
        {
            json += await _process.StandardOutput.ReadLineAsync(Stop);
        }

        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
    }
}
