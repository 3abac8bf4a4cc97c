using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>What the embedded host brings where no setting names it.</summary>
public sealed class LocalPlatformTests
{
    private const string Account = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string _data = FunctionApp.NewDirectory();

    [Fact]
    public async Task A_table_store_and_a_mailbox_run_beside_the_app_come_back_with_their_data_and_end_with_it()
    {
        await using (var app = await FunctionApp.StartWithAllPartsAsync([], _data))
        {
            var facts = await FactsAsync(app);
            await facts.AddEntityAsync(new TableEntity("lead", "1"), TestContext.Current.CancellationToken);
            Assert.StartsWith("220", await GreetingAsync(app), StringComparison.Ordinal);

            KillChild("azurite.cjs");

            await Eventually.TrueAsync(async () => await CountAsync(facts) == 1, "the table store was there again with what it had acknowledged");
        }

        Assert.Empty(Children());

        await using var again = await FunctionApp.StartWithAllPartsAsync([], _data);
        Assert.Equal(1, await CountAsync(await FactsAsync(again)));
    }

    [Fact]
    public async Task What_the_table_store_acknowledged_outlives_it_and_it_never_outlives_its_starter()
    {
        var port = FreePort();
        var service = new TableServiceClient(
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};TableEndpoint=http://127.0.0.1:{port}/{Account};");
        var facts = service.GetTableClient("facts");

        for (var round = 0; round < 3; round++)
        {
            using var starter = StartStarter(port);
            await Eventually.TrueAsync(() => IsOpen(port), "the table store listened");
            await facts.CreateIfNotExistsAsync(TestContext.Current.CancellationToken);
            for (var row = 0; row < 50; row++)
            {
                await facts.SubmitTransactionAsync(
                    [Add($"{round}-{row}-a"), Add($"{round}-{row}-b"), new(TableTransactionActionType.UpsertReplace, new TableEntity("lead", "last") { ["Row"] = row })],
                    TestContext.Current.CancellationToken);
            }

            Assert.Equal((round * 100) + 101, await CountAsync(facts));

            // First only the store, without a word; later its starter, which it notices and closes.
            if (round == 0)
            {
                KillChild("azurite.cjs");
            }

            starter.Kill();
            await Eventually.TrueAsync(() => !IsOpen(port) && Children().Length == 0, "the table store had ended");
        }

        static TableTransactionAction Add(string row) => new(TableTransactionActionType.Add, new TableEntity("lead", row));
    }

    [Fact]
    public async Task A_key_is_made_on_the_first_start_and_kept_for_its_owner_only()
    {
        string[] named = ["--AzureWebJobsStorage=UseDevelopmentStorage=true", "--Mail:Smtp:Host=mail.invalid"];
        var path = Path.Combine(_data, "function-key");
        string key;
        await using (var app = await FunctionApp.StartWithAllPartsAsync([typeof(HttpProbes)], _data, named))
        {
            key = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Trim();
            Assert.True(key.Length >= 40);
            Assert.Equal(HttpStatusCode.OK, await AskAsync(app, key));
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(app, key[1..]));
        }

        await using var again = await FunctionApp.StartWithAllPartsAsync([typeof(HttpProbes)], _data, named);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(again, key));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    private static async Task<HttpStatusCode> AskAsync(FunctionApp app, string key)
    {
        using var answer = await app.Http.GetAsync(new Uri($"api/locked?code={key}", UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<TableClient> FactsAsync(FunctionApp app)
    {
        var facts = new TableClient(app.Services.GetRequiredService<IConfiguration>()["AzureWebJobsStorage"]!, "facts");
        await facts.CreateIfNotExistsAsync(TestContext.Current.CancellationToken);
        return facts;
    }

    private static async Task<int> CountAsync(TableClient table)
    {
        var count = 0;
        await foreach (var _ in table.QueryAsync<TableEntity>(cancellationToken: TestContext.Current.CancellationToken))
        {
            count++;
        }

        return count;
    }

    private static async Task<string> GreetingAsync(FunctionApp app)
    {
        var settings = app.Services.GetRequiredService<IConfiguration>();
        using var client = new TcpClient(settings["Mail:Smtp:Host"]!, settings.GetValue<int>("Mail:Smtp:Port"));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsOpen(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Starts a process that does nothing but start the guarded store, as the host would; it ends with the tests, whatever becomes of them.</summary>
    private Process StartStarter(int port)
    {
        const string starter =
            "require('child_process').spawn('node', process.argv.slice(1), { stdio: ['pipe', 'ignore', 'ignore'] }); process.stdin.resume().on('end', () => process.exit());";
        return Process.Start(new ProcessStartInfo("node",
        [
            "-e", starter, Script("guard.cjs"), Path.Combine(_data, "azurite"), Path.Combine(_data, "azurite.log"), "./azurite.cjs",
            "--location", Path.Combine(_data, "azurite"), "--tableHost", "127.0.0.1", "--tablePort", $"{port}", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
        ])
        {
            RedirectStandardInput = true,
        })!;
    }

    private static string Script(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "IntegrationHub.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "src", "Embedded", "Microsoft.Azure.Functions.Worker", "Children", name);
    }

    private void KillChild(string script) => Children().Single(child => CommandLine(child).Contains(script, StringComparison.Ordinal)).Kill();

    /// <summary>The node processes that work on this test's data, their starters not counted.</summary>
    private Process[] Children()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Which process belongs to which test is read from /proc.");
        return [.. Process.GetProcessesByName("node").Where(each => CommandLine(each) is var line && line.Contains(_data, StringComparison.Ordinal) && !line.Contains("spawn", StringComparison.Ordinal))];
    }

    private static string CommandLine(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
