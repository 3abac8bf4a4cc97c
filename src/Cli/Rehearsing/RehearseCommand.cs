using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Azure;
using Azure.Identity;
using IntegrationHub.Cli.Checking;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>The command <c>rehearse</c>: says what a proposed configuration would change, by recorded
/// deliveries.</summary>
internal static class RehearseCommand
{
    private static readonly JsonSerializerOptions Indented = new(HubJson.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var order = new Order();
        var bicep = CheckCommand.BicepOption();
        var command = new GuidedCommand("rehearse", """
            Runs a proposed configuration over recorded deliveries beside the present one, in memory, and says what would change: leads
            that stand elsewhere, handoffs, alerts, writes. Nothing is sent, written or asked.
            """)
        {
            Examples =
            [
                ("See what a new map would change",
                    "rehearse infra/examples/two-teams.bicepparam --present infra/examples/minimal.bicepparam --events recorded"),
                ("The last week of the archive, for a pull request",
                    "rehearse new.bicepparam --present now.bicepparam --archive 2026-11-01..2026-11-08 --limit 5% --markdown"),
            ],
            Endings =
            [
                (ExitCodes.Done, "no more leads stand elsewhere than --limit allows"),
                (ExitCodes.NotDone, "more leads would stand elsewhere; the report says which"),
                (ExitCodes.Misused, "the command line or a parameters file is wrong, or the deliveries cannot be read; there is no report"),
            ],
        };
        command.Add(order.Proposed);
        Array.ForEach<Option>(
            [order.Present, order.Events, order.Archive, order.Limit, order.Most, order.Json, order.Markdown, bicep], command.Add);
        command.Validators.Add(given =>
        {
            if (given.GetValue(order.Events) is null == given.GetValue(order.Archive) is null)
            {
                given.AddError("--events: must be given, or --archive instead of it, for example --events recorded.");
            }

            if (given.GetValue(order.Archive) is { } range && !ArchiveRange.TryParse(range, out _))
            {
                given.AddError("--archive: must be two times in ISO 8601, for example 2026-11-01T08:00Z..2026-11-03T08:00Z.");
            }

            if (given.GetValue(order.Limit) is { } limit && !RehearsalRules.IsLimit(limit))
            {
                given.AddError("--limit: must be a whole number or a share, for example 5%.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, order, parsed.GetValue(bicep), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Order order, string? bicep, CancellationToken cancellationToken)
    {
        var errors = parsed.InvocationConfiguration.Error;
        try
        {
            var (settings, faults) = await CheckedSettings.ReadAsync(
                bicep, [parsed.GetRequiredValue(order.Present), parsed.GetRequiredValue(order.Proposed)], cancellationToken);
            if (faults.Count > 0)
            {
                await errors.WriteLineAsync(string.Join(Environment.NewLine, faults));
                return ExitCodes.Misused;
            }

            using var present = new RehearsedHub(settings[0]);
            using var proposed = new RehearsedHub(settings[1]);
            return await RehearseAsync(parsed, order, present, proposed, cancellationToken);
        }
        catch (Exception fault) when (fault
            is InvalidDataException or InvalidOperationException or InvalidSettingsException or IOException or UnauthorizedAccessException
            or RequestFailedException or AuthenticationFailedException or CryptographicException)
        {
            await errors.WriteLineAsync(fault.Message);
            return ExitCodes.Misused;
        }
    }

    private static async Task<int> RehearseAsync(
        ParseResult parsed, Order order, RehearsedHub present, RehearsedHub proposed, CancellationToken cancellationToken)
    {
        var console = parsed.InvocationConfiguration;
        var (deliveries, folder) = Deliveries(parsed, order, present, cancellationToken);
        var flow = new RehearseFlow(count => console.Error.WriteLine($"{count:N0} deliveries …"), TimeProvider.System);
        if (await flow.RunAsync(present, proposed, deliveries, parsed.GetValue(order.Most), cancellationToken) is not { } processed)
        {
            await console.Error.WriteLineAsync(
                $"There are more than {parsed.GetValue(order.Most):N0} deliveries: narrow them, or raise --most.");
            return ExitCodes.Misused;
        }

        if (processed == 0 || folder?.Faults > 0)
        {
            await console.Error.WriteLineAsync(processed == 0 ? "No deliveries were found."
                : $"{folder!.Faults} recorded deliveries cannot be read.");
        }

        if (processed == 0)
        {
            return ExitCodes.Misused;
        }

        var report = RehearsalRules.Compare(present, proposed, processed);
        await console.Output.WriteLineAsync(
            parsed.GetValue(order.Json) ? JsonSerializer.Serialize(report, Indented)
            : parsed.GetValue(order.Markdown) ? RehearsalText.Markdown(report)
            : RehearsalText.Table(report));
        return RehearsalRules.IsAbove(report, parsed.GetRequiredValue(order.Limit)) ? ExitCodes.NotDone : ExitCodes.Done;
    }

    private static (IAsyncEnumerable<ArchivedDelivery> Deliveries, RecordedFolder? Folder) Deliveries(
        ParseResult parsed, Order order, RehearsedHub present, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(order.Archive) is { } range && ArchiveRange.TryParse(range, out var times))
        {
            var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            return (ArchiveRange.Open(environment, times.From, times.To).ReadAsync(cancellationToken), null);
        }

        var path = parsed.GetRequiredValue(order.Events)!;
        if (!Directory.Exists(path))
        {
            throw new InvalidDataException($"--events: {path} must be a folder, for example tests/Payloads.");
        }

        var folder = new RecordedFolder(path, new CaseReader(present.Connectors, null, TimeProvider.System));
        return (folder.ReadAsync(cancellationToken), folder);
    }

    /// <summary>What the command line says.</summary>
    private sealed class Order
    {
        public Argument<string> Proposed { get; } = new("FILE") { Description = "The proposed parameters file." };

        public Option<string> Present { get; } = new("--present")
        {
            Description = "The parameters file of today.", HelpName = "FILE", Required = true,
        };

        public Option<string?> Events { get; } = new("--events")
        {
            Description = "A folder with recorded deliveries: .http as the command read takes them, or .jsonl.", HelpName = "DIR",
        };

        public Option<string?> Archive { get; } = new("--archive")
        {
            Description = "Deliveries of the archive of the hub whose storage and keys the environment has, from a time to a time.",
            HelpName = "FROM..TO",
        };

        public Option<string> Limit { get; } = new("--limit")
        {
            Description = "How many leads may stand elsewhere, as a number or a share such as 5%.", HelpName = "N",
            DefaultValueFactory = _ => "0",
        };

        public Option<int> Most { get; } = new("--most")
        {
            Description = "The most deliveries to process; their leads are in memory.", HelpName = "N", DefaultValueFactory = _ => 200_000,
        };

        public Option<bool> Json { get; } = new("--json") { Description = "Print the report as JSON, for scripts." };

        public Option<bool> Markdown { get; } = new("--markdown") { Description = "Print the report in Markdown, for a pull request." };
    }
}
