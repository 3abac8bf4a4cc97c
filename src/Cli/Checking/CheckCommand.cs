using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Connecting;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Checking;

/// <summary>The command <c>check</c>: says what is wrong with a parameters file before anything is deployed.</summary>
internal static class CheckCommand
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "A .bicepparam, or parameters in JSON; ${NAME} in JSON is taken from the environment.",
        };
        var bicep = BicepOption();
        var template = new Option<string?>("--template")
        {
            Description = "The template of parameters in JSON. Left out: infra/main.bicep here or above.", HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Print the outcome as JSON, for scripts." };
        var connect = new Option<bool>("--connect")
        {
            Description = "Sign in to each tool too, and look for scopes, fields and stages without a map. Changes nothing there.",
        };
        var secrets = SecretsOption();
        var settingsTo = new Option<string?>("--settings-to")
        {
            Description = "Write the app settings of a deployment to this file, as JSON. Secrets are stand-ins that open nothing.",
            HelpName = "FILE",
        };
        var command = new GuidedCommand("check", """
            Checks a parameters file as a deployment and the hub would, and names each parameter that is wrong with what would be
            right. It needs the Bicep compiler and no network. Nothing is deployed, and only --connect calls anybody.
            """)
        {
            Examples =
            [
                ("Check a file before it is deployed", "check infra/examples/two-teams.bicepparam"),
                ("Ask the tools too", "check infra/examples/two-teams.bicepparam --connect --secrets secrets.json"),
                ("List the secrets that the Key Vault must have, with jq",
                    "check infra/examples/two-teams.bicepparam --json | jq -r '.secrets[]'"),
            ],
            Endings =
            [
                (ExitCodes.Done, "the hub starts with this file, and with --connect every tool is set up for it"),
                (ExitCodes.NotDone, "a parameter is wrong, or with --connect a tool; each is one line on standard output"),
                (ExitCodes.Misused,
                    "the command line is wrong, the file cannot be read, or the Bicep compiler is missing; nothing was checked"),
            ],
        };
        command.Add(file);
        Array.ForEach<Option>([connect, secrets, settingsTo, bicep, template, json], command.Add);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new(
                parsed.GetRequiredValue(file), parsed.GetValue(template), parsed.GetValue(json), parsed.GetValue(connect),
                parsed.GetValue(secrets), parsed.GetValue(settingsTo)),
            parsed.GetValue(bicep), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    /// <summary>Makes the option that names the compiler.</summary>
    public static Option<string?> BicepOption() => new("--bicep")
    {
        Description = "The Bicep compiler. Left out: the variable BICEP, the NuGet package, the path, or that of the Azure CLI.",
        HelpName = "FILE",
    };

    /// <summary>Makes the option that names the secrets.</summary>
    public static Option<string?> SecretsOption() => new("--secrets")
    {
        Description = "JSON with the value of each secret. Left out: environment variables such as HUBSPOT_ACCESS_TOKEN.",
        HelpName = "FILE",
    };

    private static async Task<int> RunAsync(Order order, string? bicep, InvocationConfiguration console,
        CancellationToken cancellationToken)
    {
        if (!BicepProgram.TryFind(bicep, out var program))
        {
            await console.Error.WriteLineAsync(BicepProgram.Missing);
            return ExitCodes.Misused;
        }

        try
        {
            using var source = ParameterSource.Open(order.File, order.Template, Environment.GetEnvironmentVariable);
            await using var compiler = BicepCompiler.Start(program);
            var outcome = await new CheckFlow(compiler).CheckAsync(source, cancellationToken);
            var tools = order.Connect && outcome is { Faults.Count: 0, Settings: { } settings }
                ? await ConnectAsync(settings, order.Secrets, cancellationToken) : [];
            await WriteSettingsAsync(order.SettingsTo, outcome, cancellationToken);
            await console.Output.WriteLineAsync(order.Json ? Json(order.File, outcome, tools) : Describe(order.File, outcome, tools));
            return outcome.Faults.Count == 0 && !tools.Any(tool => tool.IsWrong) ? ExitCodes.Done : ExitCodes.NotDone;
        }
        catch (Exception fault) when (fault
            is InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException or InvalidSettingsException)
        {
            await console.Error.WriteLineAsync(fault.Message);
            return ExitCodes.Misused;
        }
    }

    private static async Task WriteSettingsAsync(string? file, CheckedFile outcome, CancellationToken cancellationToken)
    {
        if (file is not null && outcome is { Faults.Count: 0, Settings: { } settings })
        {
            var resolved = TemplateSettings.Resolve(settings, TemplateSettings.FakeSecret);
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(resolved, Indented), cancellationToken);
        }
    }

    /// <summary>Asks the tools with true secrets, of the connectors only: the hub itself is not started.</summary>
    private static async Task<IReadOnlyList<ConnectedTool>> ConnectAsync(
        IReadOnlyDictionary<string, string> settings, string? secrets, CancellationToken cancellationToken)
    {
        var source = SecretSource.Open(secrets, Environment.GetEnvironmentVariable);
        return await ConnectFlow.RunAsync(
            new ConfigurationBuilder().AddInMemoryCollection(source.OfConnectors(settings)).Build(), cancellationToken);
    }

    private static string Json(string file, CheckedFile outcome, IReadOnlyList<ConnectedTool> tools) => JsonSerializer.Serialize(
        new
        {
            file,
            right = outcome.Faults.Count == 0 && !tools.Any(tool => tool.IsWrong),
            outcome.Faults,
            outcome.Connectors,
            outcome.Secrets,
            tools = tools.Select(tool => new
            {
                tool.Connector,
                tool.Type,
                tool.Findings,
                unmapped = tool.Unmapped.Select(each =>
                    new { map = HubText.Word(each.Stage.Map), each.Stage.Raw, each.Stage.Label, each.Suggestion }),
            }),
        },
        Indented);

    private static string Describe(string file, CheckedFile outcome, IReadOnlyList<ConnectedTool> tools) => string.Join(
        Environment.NewLine,
        outcome.Faults.Count > 0
            ? outcome.Faults.Select(fault => fault.Describe(file))
            :
            [
                $"{file}: right. The hub starts with it.",
                $"Connectors: {string.Join(", ", outcome.Connectors.Select(connector => $"{connector.Key} ({connector.Value})"))}.",
                $"Secrets that the Key Vault must have: {string.Join(", ", outcome.Secrets)}.",
                .. tools.Count == 0 ? Array.Empty<string>() : ["", ConnectText.Describe(tools, outcome.Names!)],
            ]);

    private sealed record Order(string File, string? Template, bool Json, bool Connect, string? Secrets, string? SettingsTo);
}
