using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Functions.Parity;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Parity;

/// <summary>The command <c>parity</c>: shows whom each tool lacks that another has, and why.</summary>
internal static class ParityCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly IEnumerable<string> Causes = Enum.GetValues<ParityCause>().Select(HubText.Word);

    private static readonly Option<string?> From =
        new("--from") { Description = "The tool that has the people. Lists them, with --to.", HelpName = "NAME" };

    private static readonly Option<string?> To = new("--to") { Description = "The tool that lacks them.", HelpName = "NAME" };

    private static readonly Option<string?> Cause = new("--cause")
    {
        Description = $"Only people who are missing for this cause: {string.Join(", ", Causes)}.",
        HelpName = "CAUSE",
    };

    private static readonly Option<bool> Now =
        new("--now") { Description = "Compare now, and show what comes out. Otherwise the last comparison is shown." };

    /// <summary>Makes the command.</summary>
    public static GuidedCommand Create()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var command = new GuidedCommand("parity", """
            Shows how the people of each two tools compare: how many both have, whom one lacks, and why.
            The hub compares every night; it changes nothing.
            """)
        {
            Examples =
            [
                ("How the tools compare", "parity"),
                ("Whom the CRM refused", "parity --from hubspot --to salesforce --cause refused"),
                ("Compare again after something was mended", "parity --now"),
            ],
            Endings =
            [
                (ExitCodes.Done, "nobody is missing for a reason that the hub does not know"),
                (ExitCodes.NotDone, "somebody is, or the hub refused; the output says which"),
                (ExitCodes.Misused, "the command line is wrong; the hub was not asked"),
                (ExitCodes.NoHub, "no hub answers at --url"),
            ],
        };
        Array.ForEach<Option>([From, To, Cause, Now, json], command.Add);
        connection.AddTo(command);
        command.Validators.Add(parsed =>
        {
            var (from, to) = (parsed.GetValue(From), parsed.GetValue(To));
            if (from is null != to is null || (parsed.GetValue(Cause) is not null && to is null))
            {
                parsed.AddError("A list of people wants --from and --to: the tool that has them, and the one that lacks them.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, connection, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, HubConnection connection, bool asJson, CancellationToken cancellationToken)
    {
        var needALook = 0;
        Func<JsonElement, string> describe = parsed.GetValue(From) is null ? DescribePairs : DescribePeople;
        var exit = await HubCall.RunAsync(
            parsed, connection, async hub => Noted(await AskAsync(parsed, hub, cancellationToken)), asJson ? null : describe);
        return exit == ExitCodes.Done && needALook > 0 ? ExitCodes.NotDone : exit;

        HubAnswer Noted(HubAnswer answer)
        {
            needALook = answer is HubAnswer.Done { Json: { ValueKind: JsonValueKind.Object } found } && found.TryGetProperty("pairs", out _)
                ? HubText.Read<ParityView>(found, "pairs").Pairs.Sum(pair => pair.NeedALook) : 0;
            return answer;
        }
    }

    private static async Task<HubAnswer> AskAsync(ParseResult parsed, HubClient hub, CancellationToken cancellationToken) =>
        parsed.GetValue(Now) && await CompareAsync(hub, cancellationToken) is not HubAnswer.Done and var failed
            ? failed
            : await hub.GetAsync(PathOf(parsed.GetValue(From), parsed.GetValue(To), parsed.GetValue(Cause)), cancellationToken);

    /// <summary>Lets the hub compare until it has come to the end.</summary>
    private static async Task<HubAnswer> CompareAsync(HubClient hub, CancellationToken cancellationToken)
    {
        for (var path = "parity"; ; path = "parity?go=on")
        {
            var answer = await hub.PostAsync(path, new { }, cancellationToken);
            if (answer is not HubAnswer.Done { Json: var json })
            {
                return answer;
            }

            var progress = HubText.Read<ParityProgress>(json, "ended", "failed");
            if (progress.Ended)
            {
                return answer;
            }

            if (progress.Failed.Count > 0)
            {
                return new HubAnswer.Refused(
                    $"The people of {string.Join(", ", progress.Failed.Select(HubText.Line))} could not be listed. "
                    + "The hub's log says why.");
            }

            // Another instance may be at it.
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static string PathOf(string? from, string? to, string? cause) => from is null || to is null
        ? "parity"
        : $"parity/{Uri.EscapeDataString(from)}/{Uri.EscapeDataString(to)}"
            + $"?top={PageRequest.Most}&cause={Uri.EscapeDataString(cause ?? "")}";

    private static string DescribePairs(JsonElement answer)
    {
        var pairs = HubText.Read<ParityView>(answer, "pairs").Pairs;
        return pairs.Count == 0 ? "Nothing was compared yet. parity --now does it; it wants two tools that can be listed." : HubText.Lines(
        [
            .. HubText.Table(
                ["HAS THEM", "LACKS THEM", "COMPARED (UTC)", "PEOPLE", "IN BOTH", "MISSING", "NEED A LOOK"],
                pairs.Select(pair => new[]
                {
                    HubText.Line(pair.From), HubText.Line(pair.To), HubText.Time(pair.FinishedAt), Number(pair.People), Number(pair.InBoth),
                    Number(pair.Missing.Values.Sum()), Number(pair.NeedALook),
                })),
            .. pairs.SelectMany(CausesOf),
        ]);
    }

    private static IEnumerable<string> CausesOf(ParityReport pair) => pair.Missing.Count == 0 ? [] :
    [
        "",
        $"{HubText.Line(pair.To)} lacks of {HubText.Line(pair.From)}:",
        .. HubText.Table(
            ["CAUSE", "PEOPLE", "NEEDS A LOOK"],
            pair.Missing.OrderBy(cause => cause.Key).Select(cause => new[]
            {
                HubText.Word(cause.Key), Number(cause.Value), ParityRules.NeedsALook(cause.Key) ? "yes" : "",
            })),
    ];

    private static string DescribePeople(JsonElement answer)
    {
        var missing = HubText.Read<MissingView>(answer, "missing").Missing;
        return missing.Count == 0 ? "Nobody is missing." : HubText.Lines(
        [
            .. HubText.Table(
                ["RECORD", "LEAD", "STAGE", "CAUSE", "WHY"],
                missing.Select(person => new[]
                {
                    HubText.Line(person.Record), HubText.Line(person.LeadId?.Value),
                    person.Stage is { } stage ? HubText.Word(stage) : HubText.None,
                    HubText.Word(person.Cause), HubText.Line(person.Reason),
                })),
            .. missing.Count == PageRequest.Most ? ["", "There may be more. Ask for one cause with --cause."] : Array.Empty<string>(),
        ]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
