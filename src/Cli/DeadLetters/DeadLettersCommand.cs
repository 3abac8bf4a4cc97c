using System.CommandLine;
using IntegrationHub.Cli.Hubs;

namespace IntegrationHub.Cli.DeadLetters;

/// <summary>The command <c>deadletters</c>: lists the dead letters of a running hub, replays or purges them, and says how far
/// that is.</summary>
internal static class DeadLettersCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("deadletters", "Lists, replays and purges the messages that a running hub gave up.")
        {
            CreateList(), CreateReplay(), CreatePurge(), CreateStatus(), CreateStop(),
        };

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
        var (reason, connector, dryRun) = (Reason(), Connector(), DryRun("Only count; send nothing."));
        var command = new GuidedCommand("replay", """
            Sends messages that were given up again, to the one queue or subscription they came from.
            Repeating it is safe: the hub knows what it has already done. Many go on in the background.
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

    private static GuidedCommand CreatePurge()
    {
        var (entity, json, connection) = (Entity(), HubCall.Json(), new HubConnection());
        var (reason, connector, dryRun) = (Reason(), Connector(), DryRun("Only count; remove nothing."));
        var why = new Option<string>("--why")
        {
            Description = "Why, for the audit: at most 80 letters, digits, spaces and hyphens.", HelpName = "TEXT", Required = true,
        };
        var all = new Option<bool>("--all") { Description = "Whatever is there. Instead of --reason and --connector." };
        var command = new GuidedCommand("purge", """
            Removes messages that were given up, for good. The audit keeps who did so, why, and how many they were.
            Those that are given up afterwards stay. Many go on in the background.
            """)
        {
            Examples =
            [
                ("See what would be removed", "deadletters purge --entity inbound --reason unreadable --why test-data --dry-run"),
                ("Remove it", "deadletters purge --entity inbound --reason unreadable --why test-data"),
            ],
            Endings = HubCall.Endings,
        };
        Array.ForEach<Option>([entity, why, reason, connector, all, dryRun, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var order = new
            {
                entity = parsed.GetRequiredValue(entity),
                why = parsed.GetRequiredValue(why),
                reason = parsed.GetValue(reason),
                connector = parsed.GetValue(connector),
                all = parsed.GetValue(all),
                dryRun = parsed.GetValue(dryRun),
            };
            return HubCall.RunAsync(
                parsed,
                connection,
                hub => hub.PostAsync("deadletters/purge", order, cancellationToken),
                parsed.GetValue(json) ? null : report => DeadLettersText.Purge(order.entity, report));
        });
        return command;
    }

    private static GuidedCommand CreateStatus()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var command = new GuidedCommand("status", "Says how far the latest replays and purges are, the newest first. Changes nothing.")
        {
            Examples = [("What goes on in the background", "deadletters status")],
            Endings = HubCall.Endings,
        };
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed, connection, hub => hub.GetAsync("deadletters/jobs", cancellationToken),
            parsed.GetValue(json) ? null : DeadLettersText.Status));
        return command;
    }

    private static GuidedCommand CreateStop()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var job = new Argument<string>("job") { Description = "The id of the replay or purge.", HelpName = "JOB" };
        var command = new GuidedCommand("stop", "Stops a replay or purge that goes on in the background. What it did stays done.")
        {
            Examples = [("Let the rest be", "deadletters stop 0a1b2c3d")],
            Endings = HubCall.Endings,
        };
        command.Add(job);
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed, connection,
            hub => hub.DeleteAsync($"deadletters/jobs/{Uri.EscapeDataString(parsed.GetRequiredValue(job))}", cancellationToken),
            parsed.GetValue(json) ? null : DeadLettersText.Job));
        return command;
    }

    private static Option<bool> DryRun(string description) => new("--dry-run") { Description = description };

    private static Option<string?> Reason() => new("--reason")
    {
        Description = "Only those with exactly this reason.", HelpName = "REASON",
    };

    private static Option<string?> Connector() => new("--connector")
    {
        Description = "Only those that this connector brought. For --entity inbound only.",
        HelpName = "NAME",
    };

    private static Option<string> Entity() => new("--entity")
    {
        Description = "The queue or subscription: inbound, funnel/to-sales, funnel/to-marketing, funnel/alerts or funnel/reports.",
        HelpName = "NAME",
        Required = true,
    };
}
