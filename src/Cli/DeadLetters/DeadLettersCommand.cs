using System.CommandLine;
using IntegrationHub.Cli.Hubs;

namespace IntegrationHub.Cli.DeadLetters;

/// <summary>The command <c>deadletters</c>: lists the dead letters of a running hub, or replays them.</summary>
internal static class DeadLettersCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("deadletters", "Lists and replays the messages that a running hub gave up.") { CreateList(), CreateReplay() };

    private static GuidedCommand CreateList()
    {
        var (entity, json, connection) = (Entity(), HubCall.Json(), new HubConnection());
        var command = new GuidedCommand("list", "Lists the messages that were given up, the oldest first, and why. Changes nothing.")
        {
            Examples =
            [
                ("What was given up before it reached a journey", "deadletters list --entity inbound"),
                ("Count by reason, with jq",
                    "deadletters list --entity inbound --json | jq '.deadLetters | group_by(.reason) | map({(.[0].reason): length})'"),
            ],
            Endings = HubCall.Endings,
        };
        command.Add(entity);
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => hub.GetAsync($"deadletters?entity={Uri.EscapeDataString(parsed.GetRequiredValue(entity))}", cancellationToken),
            parsed.GetValue(json) ? null : DeadLettersText.List));
        return command;
    }

    private static GuidedCommand CreateReplay()
    {
        var (entity, json, connection) = (Entity(), HubCall.Json(), new HubConnection());
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
            Endings = HubCall.Endings,
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
            return HubCall.RunAsync(
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
}
