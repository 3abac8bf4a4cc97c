using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Reading;

/// <summary>The command <c>read</c>: verifies and reads recorded deliveries without running the hub, one JSON line for each file.</summary>
internal static class ReadCommand
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        // Paths stay text: one that no file can have gets its line like any other.
        var cases = new Argument<string[]>("CASE.http")
        {
            Description = "Recorded deliveries: notes, request line and headers, the body in the file that '# body-file' names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var settings = new Option<string>("--settings")
        {
            Description = "A JSON file with the settings of the hub: Connectors, Hub, Owners.",
            HelpName = "FILE",
            Required = true,
        };
        var command = new GuidedCommand("read", """
            Verifies and reads recorded deliveries as the hub would, without running it and without any call.
            Prints one line of JSON for each file: {"file","connector","verdict","reason","events"}.
            The verdict is accepted, rejected (the hub would refuse it) or error (it could not be read).
            """)
        {
            Examples =
            [
                ("Read the recorded deliveries of one vendor", "read tests/Payloads/hubspot/*.http --settings tests/Payloads/settings.json"),
                ("Show only what could not be read, with jq", "read *.http --settings hub.json | jq -c 'select(.verdict == \"error\")'"),
            ],
            Endings =
            [
                (ExitCodes.Done, "every file could be read; a rejected delivery counts as read"),
                (ExitCodes.NotDone, "a file could not be read: its line has the verdict error and a reason, the other files are read all the same"),
                (ExitCodes.Misused, "the command line or the settings are wrong; nothing was read"),
            ],
        };
        command.Add(cases);
        command.Add(settings);
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(cases), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] cases, string settings, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        IConfiguration configuration;
        var services = new ServiceCollection();
        try
        {
            configuration = ReadSettings(settings);
            services.AddLogging().AddConnectors(configuration);
        }
        catch (Exception fault) when (fault is InvalidSettingsException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await console.Error.WriteLineAsync(fault.Message);
            return ExitCodes.Misused;
        }

        await using var provider = services.BuildServiceProvider();
        var publicUrl = Uri.TryCreate(configuration["Hub:PublicUrl"], UriKind.Absolute, out var url) ? url : null;
        var reader = new CaseReader(provider.GetRequiredService<ConnectorSet>(), publicUrl, TimeProvider.System);
        var allRead = true;
        foreach (var file in cases)
        {
            var reading = await reader.ReadAsync(file, cancellationToken);
            allRead &= reading.Verdict != CaseVerdict.Error;
            await console.Output.WriteLineAsync(JsonSerializer.Serialize(reading, Lines));
        }

        return allRead ? ExitCodes.Done : ExitCodes.NotDone;
    }

    private static IConfigurationRoot ReadSettings(string file)
    {
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"--settings: {file} must be a file, for example tests/Payloads/settings.json.");
        }

        try
        {
            using var stream = File.OpenRead(file);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            throw new InvalidDataException($"--settings: {file} must be JSON with the settings of the hub. {fault.Message}", fault);
        }
    }
}
