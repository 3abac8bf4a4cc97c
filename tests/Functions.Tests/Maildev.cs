using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace IntegrationHub.Functions.Tests;

/// <summary>A mail server of this test run alone, on free ports. It ends with its standard input, and so also when the run is killed.</summary>
public sealed class Maildev : IAsyncLifetime
{
    private const string EndWithInput = "process.stdin.resume().on('end', () => process.exit(0)); require(process.argv[1]);";

    private readonly HttpClient _mailbox = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("maildev-").FullName;
    private Process? _process;

    /// <summary>Gets the SMTP port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Port = FreePort();
        var web = FreePort();
        _mailbox.BaseAddress = new($"http://127.0.0.1:{web}/");
        _process = Process.Start(new ProcessStartInfo("node",
        [
            "-e", EndWithInput, Script(), "--ip", "127.0.0.1", "--smtp", $"{Port}", "--web-ip", "127.0.0.1", "--web", $"{web}", "--mail-directory", _folder, "--silent",
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await UntilAsync(async () => (await _mailbox.GetAsync("healthz")).IsSuccessStatusCode, "maildev answers");
    }

    public async ValueTask DisposeAsync()
    {
        _mailbox.Dispose();
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Throws away what has arrived.</summary>
    public async Task EmptyAsync() => (await _mailbox.DeleteAsync("email/all")).EnsureSuccessStatusCode();

    /// <summary>What has arrived, once it is as many mails.</summary>
    internal async Task<IReadOnlyList<ArrivedMail>> MailsAsync(int atLeast)
    {
        var mails = Array.Empty<JsonElement>();
        await UntilAsync(async () => (mails = (await _mailbox.GetFromJsonAsync<JsonElement[]>("email"))!).Length >= atLeast, $"{atLeast} mails arrived");
        return [.. mails.Select(mail => new ArrivedMail(mail))];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var waiting = Stopwatch.StartNew(); ;)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException) when (waiting.Elapsed < TimeSpan.FromSeconds(60))
            {
                // Not listening yet.
            }

            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(60), $"Waited too long until {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "src", "Embedded", "node_modules", "maildev", "bin", "maildev");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new InvalidOperationException("maildev is not installed: npm ci in src/Embedded brings it, and so does building the embedded Functions host.");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A mail in the mailbox.</summary>
internal sealed record ArrivedMail(JsonElement Json)
{
    public string Subject => Json.GetProperty("subject").GetString()!;

    public string Text => Json.GetProperty("text").GetString()!;

    public string Html => Json.GetProperty("html").GetString()!;

    public IReadOnlyList<string> To => [.. Json.GetProperty("to").EnumerateArray().Select(to => to.GetProperty("address").GetString()!)];

    public string? Header(string name) => Json.GetProperty("headers").TryGetProperty(name, out var value) ? value.GetString() : null;
}
