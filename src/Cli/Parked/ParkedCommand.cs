using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Functions.Ops.Parked;

namespace IntegrationHub.Cli.Parked;

/// <summary>The command <c>parked</c>: lists, replays and drops what the hub could not read.</summary>
internal static class ParkedCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("parked", "Lists, replays and drops the deliveries that a running hub could not read.") { CreateList(), CreateReplay(),
            CreateDrop() };

    private static GuidedCommand CreateList()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var (reason, connector) = (Reason(), Connector());
        var since = new Option<string?>("--since") { Description = "Only those received since, in ISO 8601.", HelpName = "TIME" };
        var after = new Option<string?>("--after") { Description = "Continue after this delivery.", HelpName = "ID" };
        var command = new GuidedCommand("list",
            "Lists the parked deliveries, the oldest first, 100 at a time, and why. Shows no bodies. Changes nothing.")
        {
            Examples =
            [
                ("What waits for a person", "parked list"),
                ("Since yesterday, of one tool", "parked list --connector hubspot --since 2026-11-01T00:00Z"),
            ],
            Endings = HubCall.Endings,
        };
        Array.ForEach<Option>([reason, connector, since, after, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => hub.GetAsync(
                $"parked?reason={Escape(parsed.GetValue(reason))}&connector={Escape(parsed.GetValue(connector))}"
                    + $"&since={Escape(parsed.GetValue(since))}&after={Escape(parsed.GetValue(after))}",
                cancellationToken),
            parsed.GetValue(json) ? null : List));
        return command;
    }

    private static GuidedCommand CreateReplay()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var (reason, connector) = (Reason(), Connector());
        var id = new Option<string?>("--id") { Description = "Only this delivery.", HelpName = "ID" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only count; queue nothing." };
        var command = new GuidedCommand("replay", """
            Queues parked deliveries again, after the fault is mended. At least one of --id, --reason and --connector is needed.
            Repeating it is safe: the hub knows what it has already done.
            """)
        {
            Examples =
            [
                ("See what would be queued", "parked replay --reason unreadable --dry-run"),
                ("Queue one again", "parked replay --id 0a1b2c3d"),
            ],
            Endings = HubCall.Endings,
        };
        Array.ForEach<Option>([id, reason, connector, dryRun, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => hub.PostAsync(
                "parked/replay",
                new
                {
                    id = parsed.GetValue(id), reason = parsed.GetValue(reason), connector = parsed.GetValue(connector),
                    dryRun = parsed.GetValue(dryRun),
                },
                cancellationToken),
            parsed.GetValue(json) ? null : Replay));
        return command;
    }

    private static GuidedCommand CreateDrop()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var id = new Argument<string>("ID") { Description = "The delivery, as the list shows it." };
        var why = new Option<string>("--why")
        {
            Description = "Why, for the audit: at most 80 letters, digits, blanks and hyphens.", HelpName = "TEXT", Required = true,
        };
        var command = new GuidedCommand("drop", "Removes a parked delivery for good. The reason stays in the audit.")
        {
            Examples = [("Remove what was a test", "parked drop 0a1b2c3d --why \"test data\"")],
            Endings = HubCall.Endings,
        };
        command.Add(id);
        Array.ForEach<Option>([why, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => hub.DeleteAsync(
                $"parked/{Escape(parsed.GetRequiredValue(id))}?reason={Escape(parsed.GetRequiredValue(why))}", cancellationToken),
            parsed.GetValue(json) ? null : _ => "The delivery is gone for good."));
        return command;
    }

    private static string List(JsonElement answer)
    {
        var page = HubText.Read<ParkedListView>(answer, "parked");
        return page.Parked.Count == 0 ? "Nothing is parked." : HubText.Lines(
        [
            .. HubText.Table(["RECEIVED (UTC)", "REASON", "CONNECTOR", "FAULTS", "BYTES", "ID"], page.Parked.Select(parked => new[]
            {
                HubText.Time(parked.ReceivedAt), HubText.Line(parked.Reason), HubText.Line(parked.Connector),
                parked.Faults.ToString(CultureInfo.InvariantCulture), parked.Bytes.ToString(CultureInfo.InvariantCulture),
                    HubText.Line(parked.Id),
            })),
            "",
            .. page.Parked.Select(parked => $"{parked.Reason}: {parked.Description}").Distinct().Select(HubText.Line),
            "",
            page.Next is { } next ? $"There may be more: --after {HubText.Line(next)}"
                : "To queue them again: parked replay --reason REASON --dry-run",
        ]);
    }

    private static string Replay(JsonElement answer)
    {
        var report = HubText.Read<Report>(answer, "matched", "replayed", "dryRun");
        return HubText.Lines(
        [
            report.DryRun
                ? $"{report.Matched} deliveries would be queued again; nothing was queued."
                : $"{report.Replayed} of {report.Matched} deliveries were queued again.",
            .. report.Capped ? ["There may be more: run the command again for them."] : Array.Empty<string>(),
        ]);
    }

    private static Option<string?> Reason() =>
        new("--reason") { Description = "Only those with exactly this reason.", HelpName = "REASON" };

    private static Option<string?> Connector() => new("--connector") { Description = "Only those of this connector.", HelpName = "NAME" };

    private static string Escape(string? text) => Uri.EscapeDataString(text ?? "");

    private sealed record Report(int Matched, int Replayed, bool DryRun, bool Capped);
}
