using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntegrationHub.Cli.DeadLetters;

/// <summary>The command <c>deadletters</c>: lists the dead letters of a running hub, or replays them.</summary>
internal static class DeadLettersCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly (int Code, string Meaning)[] Endings =
    [
        (ExitCodes.Done, "the hub did what was asked"),
        (ExitCodes.NotDone, "the hub refused; standard error says why"),
        (ExitCodes.Misused, "the command line is wrong; the hub was not asked"),
        (ExitCodes.NoHub, "no hub answers at --url"),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("deadletters", "Lists and replays the messages that a running hub gave up.") { CreateList(), CreateReplay() };

    private static GuidedCommand CreateList()
    {
        var (entity, json, connection) = (Entity(), Json(), new HubConnection());
        var command = new GuidedCommand("list", "Lists the messages that were given up, the oldest first, and why. Changes nothing.")
        {
            Examples =
            [
                ("What was given up before it reached a journey", "deadletters list --entity inbound"),
                ("Count by reason, with jq",
                    "deadletters list --entity inbound --json | jq '.deadLetters | group_by(.reason) | map({(.[0].reason): length})'"),
            ],
            Endings = Endings,
        };
        command.Add(entity);
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            connection,
            hub => hub.GetAsync($"deadletters?entity={Uri.EscapeDataString(parsed.GetRequiredValue(entity))}", cancellationToken),
            parsed.GetValue(json) ? null : DeadLettersText.List));
        return command;
    }

    private static GuidedCommand CreateReplay()
    {
        var (entity, json, connection) = (Entity(), Json(), new HubConnection());
        var reason = new Option<string?>("--reason") { Description = "Only those with exactly this reason.", HelpName = "REASON" };
        var connector = new Option<string?>("--connector")
        {
            Description = "Only those that this connector brought. For --entity inbound only.",
            HelpName = "NAME",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count; send nothing." };
        var command = new GuidedCommand("replay", """
            Sends messages that were given up again, to the one queue or subscription they came from.
            Repeating it is safe: the hub knows what it has already done.
            """)
        {
            Examples =
            [
                ("See what would be sent again", "deadletters replay --entity inbound --reason unreadable --dry-run"),
                ("Send it again, after the fault is mended", "deadletters replay --entity inbound --reason unreadable"),
            ],
            Endings = Endings,
        };
        Array.ForEach<Option>([entity, reason, connector, dryRun, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var order = new
            {
                entity = parsed.GetRequiredValue(entity),
                reason = parsed.GetValue(reason),
                connector = parsed.GetValue(connector),
                dryRun = parsed.GetValue(dryRun),
            };
            return RunAsync(
                parsed,
                connection,
                hub => hub.PostAsync("deadletters/replay", order, cancellationToken),
                parsed.GetValue(json) ? null : report => DeadLettersText.Replay(order.entity, report));
        });
        return command;
    }

    private static Option<string> Entity() => new("--entity")
    {
        Description = "The queue or subscription: inbound, funnel/to-sales, funnel/to-marketing or funnel/alerts.",
        HelpName = "NAME",
        Required = true,
    };

    private static Option<bool> Json() => new("--json") { Description = "Print the answer of the hub as JSON, for scripts." };

    /// <summary>Asks the hub and prints its answer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="connection">Which hub.</param>
    /// <param name="askAsync">Asks it.</param>
    /// <param name="describe">Puts the answer in words; null to print it as JSON.</param>
    private static async Task<int> RunAsync(
        ParseResult parsed, HubConnection connection, Func<HubClient, Task<HubAnswer>> askAsync, Func<JsonElement, string>? describe)
    {
        var console = parsed.InvocationConfiguration;
        if (!connection.TryConnect(parsed, out var hub, out var fault))
        {
            await console.Error.WriteLineAsync(fault);
            return ExitCodes.Misused;
        }

        using (hub)
        {
            switch (await askAsync(hub))
            {
                case HubAnswer.Done done:
                    return await PrintAsync(console, done, describe);
                case HubAnswer.Refused refused:
                    await console.Error.WriteLineAsync(refused.Why);
                    return ExitCodes.NotDone;
                case HubAnswer.Absent absent:
                    await console.Error.WriteLineAsync(absent.Why);
                    return ExitCodes.NoHub;
                default:
                    throw new InvalidOperationException("The hub's answer is of no known kind.");
            }
        }
    }

    private static async Task<int> PrintAsync(InvocationConfiguration console, HubAnswer.Done done, Func<JsonElement, string>? describe)
    {
        try
        {
            await console.Output.WriteLineAsync(describe?.Invoke(done.Json) ?? JsonSerializer.Serialize(done.Json, Indented));
            return ExitCodes.Done;
        }
        catch (JsonException fault)
        {
            await console.Error.WriteLineAsync($"What answers at --url is not a hub: {fault.Message}");
            return ExitCodes.NotDone;
        }
    }
}
