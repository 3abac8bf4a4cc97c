using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace IntegrationHub.Demo;

/// <summary>
/// The hub as a process of its own, run by the local platform as on any machine. It ends with its standard input, and
/// so also when the demo is killed.
/// </summary>
internal sealed partial class Hub : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly TextWriter _log;
    private readonly Action<string> _tell;
    private readonly Task _reading;
    private volatile string? _mailbox;
    private volatile string _lastWords = "";

    private Hub(Process process, string url, string logFile, Action<string> tell)
    {
        _process = process;
        _tell = tell;
        _log = TextWriter.Synchronized(new StreamWriter(logFile) { AutoFlush = true });
        (Url, LogFile) = (url, logFile);
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Url { get; }

    public string LogFile { get; }

    /// <summary>Gets where the mailbox is that the local platform started.</summary>
    public string MailboxUrl => _mailbox ?? throw new InvalidOperationException("The mailbox is not there before the hub has started.");

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="build">What was built.</param>
    /// <param name="url">Where it serves.</param>
    /// <param name="logFile">Where to put what it logs.</param>
    /// <param name="settings">All its settings.</param>
    /// <param name="tell">Is called with each part that runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartFailedException">It ended, or did not answer in time.</exception>
    public static async Task<Hub> StartAsync(
        HubBuild build, string url, string logFile, IReadOnlyDictionary<string, string> settings, Action<string> tell, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [build.Platform, "host", build.Application, "--end-with-input", "--urls", url])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(logFile),
        };
        SetEnvironment(start.Environment, settings);
        var hub = new Hub(Process.Start(start)!, url, logFile, tell);
        try
        {
            await hub.WaitUntilItAnswersAsync(settings["Hub:FunctionKey"], cancellationToken);
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds a free port: the wanted one if it is free, else any. Zero for any.</summary>
    public static int FindPort(int wanted)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException) when (wanted != 0)
        {
            return FindPort(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(LongestStop);
        await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        await _log.DisposeAsync();
        _process.Dispose();
    }

    /// <summary>
    /// Sets the demo's settings only: it must not use tools, buses or mail servers of the environment.
    /// </summary>
    private static void SetEnvironment(IDictionary<string, string?> environment, IReadOnlyDictionary<string, string> settings)
    {
        foreach (var name in environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal) || name is "ServiceBus" or "AzureWebJobsStorage").ToList())
        {
            environment.Remove(name);
        }

        foreach (var (key, value) in settings)
        {
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }
    }

    private async Task WaitUntilItAnswersAsync(string key, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { { "x-functions-key", key } } };
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < LongestStart; await Task.Delay(Pace, cancellationToken))
        {
            if (_process.HasExited)
            {
                await _reading;
                throw new StartFailedException($"The hub ended with {_process.ExitCode}: {_lastWords} See {LogFile}.");
            }

            if (_mailbox is not null && await AnswersAsync(http, cancellationToken))
            {
                return;
            }
        }

        throw new StartFailedException($"The hub did not answer at {Url} within {LongestStart.TotalSeconds} s; see {LogFile}.");
    }

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync($"{Url}/api/health", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            await _log.WriteLineAsync(line);
            if (!string.IsNullOrWhiteSpace(line))
            {
                _lastWords = line.Trim();
            }

            if (Service().Match(line) is { Success: true } service)
            {
                _tell(service.Groups["what"].Value);
            }

            if (Mailbox().Match(line) is { Success: true } mailbox)
            {
                _mailbox = mailbox.Groups["url"].Value;
            }
        }
    }

    /// <summary>Matches the local platform's line for each part that runs.</summary>
    [GeneratedRegex(@"^\s*(?<what>.+) \(log: .+\)$")]
    private static partial Regex Service();

    [GeneratedRegex(@"mailbox on (?<url>http://\S+)")]
    private static partial Regex Mailbox();
}
