using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Connectors.Recorded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions;

/// <summary>The command <c>read</c>: verifies and reads recorded deliveries without running the hub, one JSON line for each.</summary>
public static class ReadCommand
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the command. It ends with 0 when every case could be read (a refused one is read), else with 1.</summary>
    public static Command Create()
    {
        var cases = new Argument<FileInfo[]>("CASE.http") { Description = "Recorded deliveries.", Arity = ArgumentArity.OneOrMore };
        var settings = new Option<FileInfo>("--settings") { Description = "JSON with the hub's settings (Connectors, Hub, …).", Required = true };
        var command = new Command("read", "Verifies and reads recorded deliveries without running the hub.") { cases, settings };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(cases),
            parsed.GetRequiredValue(settings),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo[] cases, FileInfo settings, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        IConfiguration configuration;
        var services = new ServiceCollection();
        try
        {
            configuration = new ConfigurationBuilder().AddJsonFile(settings.FullName, optional: false).Build();
            services.AddLogging().AddConnectors(configuration);
        }
        catch (Exception failure) when (failure is InvalidSettingsException or IOException or InvalidDataException)
        {
            await errors.WriteLineAsync(failure.Message);
            return 1;
        }

        await using var provider = services.BuildServiceProvider();
        var publicUrl = Uri.TryCreate(configuration["Hub:PublicUrl"], UriKind.Absolute, out var url) ? url : null;
        var reader = new CaseReader(provider.GetRequiredService<ConnectorSet>(), publicUrl, TimeProvider.System);
        var allRead = true;
        foreach (var file in cases)
        {
            var reading = await reader.ReadAsync(file.ToString(), cancellationToken);
            allRead &= reading.Verdict != CaseVerdict.Error;
            await output.WriteLineAsync(JsonSerializer.Serialize(reading, Lines));
        }

        return allRead ? 0 : 1;
    }
}
