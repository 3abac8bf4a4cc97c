using System.CommandLine;
using System.Runtime.InteropServices;
using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.Commands;

/// <summary><c>host</c>: runs a built function app with everything around it.</summary>
internal static class HostCommand
{
    private const int InvalidConfiguration = 2;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var application = new Argument<DirectoryInfo>("app") { Description = "The built function app: the directory with its assembly and host.json." };
        var command = new Command("host", "Runs a function app: --urls chooses its address, --Key:Sub=value sets an app setting.")
        {
            application,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(application).FullName, [.. parsed.UnmatchedTokens]));
        return command;
    }

    private static async Task<int> RunAsync(string application, string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            var given = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(arguments).Build();
            var settings = AppSettings.Read(application, given);
            var data = Path.GetFullPath(settings["Hub:DataDirectory"] ?? ".hub");
            var options = new FunctionsHostOptions
            {
                ApplicationDirectory = application,
                DataDirectory = data,
                Urls = settings["urls"] ?? $"http://localhost:{settings.LocalHttpPort ?? "7071"}",
            };
            await using var host = await LocalFunctionsHost.StartAsync(options, settings, Task.CompletedTask, stopping.Token);
            await host.Completion.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync();
            return host.Completion.Exception?.InnerException is WorkerEndedException ended ? Fail(ended.Message, ended.ExitCode) : 0;
        }
        catch (InvalidConfigurationException invalid)
        {
            return Fail(invalid.Message, InvalidConfiguration);
        }
        catch (WorkerEndedException ended)
        {
            return Fail(ended.Message, ended.ExitCode);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
