using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Commands;

/// <summary>
/// Runs bus, tables, blobs and mail without a function app, and prints the settings by which one reaches them:
/// <c>services [--data DIR] [--topology FILE]</c>.
/// </summary>
internal sealed class ServicesCommand : Command
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Option<string> _data = new("--data") { Description = "Where everything is kept.", DefaultValueFactory = _ => ".hub" };
    private readonly Option<string> _topology = new("--topology")
    {
        Description = "The topology file of the bus.",
        DefaultValueFactory = _ => DefaultTopology,
    };

    public ServicesCommand()
        : base("services", "Runs bus, tables, blobs and mail alone, for an app that Core Tools or an IDE runs.")
    {
        Options.Add(_data);
        Options.Add(_topology);
        SetAction(
            (parsed, _) => RunAsync(
                Path.GetFullPath(parsed.GetRequiredValue(_data)), Path.GetFullPath(parsed.GetRequiredValue(_topology))));
    }

    private static string DefaultTopology =>
        typeof(ServicesCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Topology").Value!;

    private static async Task<int> RunAsync(string data, string topology)
    {
        using var stop = new StopSignals();
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole());
        var services = LocalServices.For(AppSettings.From(new ConfigurationBuilder().Build()), data, topology);
        await using var runner = new ServiceRunner(services, loggers.CreateLogger<ServiceRunner>());
        try
        {
            await runner.StartFirstAsync(stop.Token);
            await runner.StartOthersAsync(stop.Token);
            Console.WriteLine("Values for local.settings.json:");
            Console.WriteLine(
                JsonSerializer.Serialize(
                    services.Settings.ToDictionary(each => each.Key.Replace(":", "__", StringComparison.Ordinal), each => each.Value),
                    Indented));
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
        catch (ServiceFailedException failed)
        {
            Console.Error.WriteLine(failed.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // Asked to stop.
        }

        return 0;
    }
}
