using System.CommandLine;
using System.Globalization;
using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using IntegrationHub.LocalPlatform.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Commands;

/// <summary>
/// Runs a built function app with everything around it: <c>host DIR --urls http://localhost:7071 --Key:Sub=value …</c>.
/// Services that no setting names run beside it.
/// </summary>
internal sealed class HostCommand : Command
{
    private const int InvalidConfiguration = 2;

    private readonly Argument<DirectoryInfo> _application = new("app")
    {
        Description = "The built function app: the directory with its assembly and host.json.",
    };
    private readonly Option<bool> _endWithInput = new("--end-with-input")
    {
        Description = "Stop when standard input ends, for a starter that may be killed.",
    };

    public HostCommand()
        : base("host", "Runs a function app. --urls chooses its address, --Key:Sub=value sets an app setting; the environment does, too.")
    {
        Arguments.Add(_application);
        Options.Add(_endWithInput);
        TreatUnmatchedTokensAsErrors = false;
        SetAction(
            (parsed, _) => RunAsync(
                parsed.GetRequiredValue(_application).FullName, [.. parsed.UnmatchedTokens], parsed.GetValue(_endWithInput)));
    }

    private static async Task<int> RunAsync(string application, string[] arguments, bool endWithInput)
    {
        using var stop = new StopSignals();
        if (endWithInput)
        {
            stop.AddEndOfInput();
        }

        try
        {
            var given = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(arguments).Build();
            await RunAsync(application, AppSettings.Read(application, given), stop.Token);
            return 0;
        }
        catch (InvalidConfigurationException invalid)
        {
            return Fail(invalid.Message, InvalidConfiguration);
        }
        catch (WorkerEndedException ended)
        {
            return Fail(ended.Message, ended.ExitCode);
        }
        catch (Exception unavailable) when (unavailable is ServiceFailedException or IOException)
        {
            return Fail(unavailable.Message, 1);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static async Task RunAsync(string application, AppSettings settings, CancellationToken stopping)
    {
        var data = Path.GetFullPath(settings["Hub:DataDirectory"] ?? ".hub");
        var hostJson = HostJson.Read(application, settings);
        using var loggers = HostLogging.Create(hostJson, configure: null);
        var topology = Path.Combine(application, "topology.json");
        var services = LocalServices.For(settings, data, File.Exists(topology) ? topology : null);
        await using var runner = new ServiceRunner(services, loggers.CreateLogger<ServiceRunner>());
        var options = new FunctionsHostOptions
        {
            ApplicationDirectory = application,
            DataDirectory = data,
            Urls = settings["urls"] ?? $"http://localhost:{settings.LocalHttpPort ?? "7071"}",
            WorkerFailureLimit = int.TryParse(settings["LocalPlatform:WorkerFailureLimit"], CultureInfo.InvariantCulture, out var limit)
                ? limit
                : RestartPolicy.DefaultLimit,
        };
        Dictionary<string, string?> defaults = new(services.Settings) { ["Hub:DataDirectory"] = data };
        var starting = runner.StartFirstAsync(stopping);
        await using var host = await LocalFunctionsHost.StartAsync(options, settings.With(defaults), hostJson, loggers, starting, stopping);
        await runner.StartOthersAsync(stopping);
        await host.Completion.WaitAsync(stopping);
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
