using System.CommandLine;
using System.Globalization;
using IntegrationHub.Cli.Hubs;

namespace IntegrationHub.Cli.Replays;

/// <summary>The command <c>replay</c>: rebuilds journeys from archived deliveries beside the live ones, and switches to them.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("replay", "Rebuilds journeys from the archive of deliveries, compares them with the live ones, and switches to them.")
        {
            CreateStart(),
            CreateStep("show", "Says how far a replay is.", "Where it stands", id => hub => token => hub.GetAsync(Path(id), token)),
            CreateLeads(),
            CreateStep(
                "switch", "Puts the rebuilt facts in place of the live ones, lead by lead. Nothing is sent to anybody.",
                "Take the rebuilt journeys over", id => hub => token => hub.PostAsync($"{Path(id)}/switch", new { }, token)),
            CreateStep(
                "end", "Ends a replay and removes what it built. Changes no journey.", "Let it be",
                id => hub => token => hub.DeleteAsync(Path(id), token)),
        };

    private static GuidedCommand CreateStart()
    {
        var (from, to) = (Time("--from", "The first time of receipt, inclusive."), Time("--to", "The last time of receipt, exclusive."));
        var connector = new Option<string?>("--connector") { Description = "Only deliveries of this connector.", HelpName = "NAME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "End after the comparison. It cannot be switched." };
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var command = new GuidedCommand("start", """
            Processes archived deliveries again, beside the live journeys, and waits until every lead is compared.
            Nothing is sent to anybody, and no live journey changes. Interrupting the command does not end the replay.
            """)
        {
            Examples =
            [
                ("See what a mended mapper would change",
                    "replay start --from 2026-11-01T08:00Z --to 2026-11-03T08:00Z --connector hubspot --dry-run"),
                ("Rebuild the minutes that a restore lost", "replay start --from 2026-11-01T08:00Z --to 2026-11-01T09:00Z"),
            ],
            Endings = HubCall.Endings,
        };
        Array.ForEach<Option>([from, to, connector, dryRun, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var order = new
            {
                from = parsed.GetRequiredValue(from),
                to = parsed.GetRequiredValue(to),
                connector = parsed.GetValue(connector),
                dryRun = parsed.GetValue(dryRun),
            };
            return HubCall.RunAsync(
                parsed,
                connection,
                hub => FollowAsync(parsed, hub, order, cancellationToken),
                parsed.GetValue(json) ? null : ReplayText.Show);
        });
        return command;
    }

    private static GuidedCommand CreateLeads()
    {
        var (id, json, connection) = (Id(), HubCall.Json(), new HubConnection());
        var verdict = new Option<string?>("--verdict")
        {
            Description = "Only these: same, different, missing or extra.", HelpName = "WORD",
        };
        var after = new Option<string?>("--after") { Description = "Continue after this lead.", HelpName = "LEAD" };
        var command = new GuidedCommand("leads", "Lists the leads that a replay compared, a page at a time.")
        {
            Examples = [("Whom a switch would change", "replay leads 0a1b2c3d --verdict different")],
            Endings = HubCall.Endings,
        };
        command.Add(id);
        Array.ForEach<Option>([verdict, after, json], command.Add);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => hub.GetAsync(
                $"{Path(parsed.GetRequiredValue(id))}/leads?verdict={Escape(parsed.GetValue(verdict))}"
                    + $"&after={Escape(parsed.GetValue(after))}",
                cancellationToken),
            parsed.GetValue(json) ? null : ReplayText.Leads));
        return command;
    }

    private static GuidedCommand CreateStep(
        string name, string description, string purpose, Func<string, Func<HubClient, Func<CancellationToken, Task<HubAnswer>>>> ask)
    {
        var (id, json, connection) = (Id(), HubCall.Json(), new HubConnection());
        var command = new GuidedCommand(name, description)
        {
            Examples = [(purpose, $"replay {name} 0a1b2c3d")],
            Endings = HubCall.Endings,
        };
        command.Add(id);
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => ask(parsed.GetRequiredValue(id))(hub)(cancellationToken),
            parsed.GetValue(json) ? null : ReplayText.Show));
        return command;
    }

    /// <summary>Starts a replay and reports its progress on standard error until it is compared.</summary>
    private static async Task<HubAnswer> FollowAsync(ParseResult parsed, HubClient hub, object order, CancellationToken cancellationToken)
    {
        var answer = await hub.PostAsync("archive/replay", order, cancellationToken);
        var reported = "";
        while (answer is HubAnswer.Done done && ReplayText.IsBusy(done.Json, out var id, out var progress))
        {
            if (progress != reported)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(reported = progress);
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            answer = await hub.GetAsync(Path(id), cancellationToken);
        }

        return answer;
    }

    private static Argument<string> Id() => new("id") { Description = "The id of the replay.", HelpName = "ID" };

    private static Option<DateTimeOffset> Time(string name, string description) => new(name)
    {
        Description = $"{description} In ISO 8601, in UTC unless it says otherwise.",
        HelpName = "TIME",
        Required = true,
        CustomParser = given =>
        {
            if (DateTimeOffset.TryParse(
                given.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }

            given.AddError($"{name}: must be a time in ISO 8601, for example 2026-11-01T08:00Z.");
            return default;
        },
    };

    private static string Path(string id) => $"archive/replay/{Escape(id)}";

    private static string Escape(string? text) => Uri.EscapeDataString(text ?? "");
}
