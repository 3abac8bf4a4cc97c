using System.CommandLine;
using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Leads;

/// <summary>The commands <c>lead</c>, <c>why</c> and <c>erase</c>.</summary>
internal static class LeadCommands
{
    private const string SomeLead = "ada@example.com";

    /// <summary>Makes the command that shows a lead.</summary>
    public static Command CreateLead() => Create(
        "lead", "Shows a lead: stage, owner, deadline, deals, handoffs and alerts. Reading it is written to the audit.",
        [("Where somebody stands", $"lead {SomeLead}"), ("By a record of a tool", "lead hubspot:4711")],
        (hub, key, cancellationToken) => LeadKey.FindAsync(hub, key, cancellationToken),
        LeadText.Lead);

    /// <summary>Makes the command that explains a lead.</summary>
    public static Command CreateWhy() => Create(
        "why", "Explains a lead: each decision in order, with its rule, and what did not move it.",
        [("Why somebody is where they are", $"why {SomeLead}"),
            ("Only the handoffs, with jq", $"why {SomeLead} --json | jq '.steps[] | select(.step == \"routed\")'")],
        (hub, key, cancellationToken) =>
            LeadKey.WithIdAsync(hub, key, id => hub.GetAsync($"leads/{id}/why", cancellationToken), cancellationToken),
        LeadText.Why);

    /// <summary>Makes the command that erases a person.</summary>
    public static Command CreateErase()
    {
        var (key, json, connection) = (LeadKey.Argument(), HubCall.Json(), new HubConnection());
        var yes = new Option<bool>("--yes") { Description = "Erase. Without it the lead is shown and nothing changes." };
        var undo = new Option<bool>(
            "--undo")
        { Description = "Restore a lead that is still in its time of grace. It needs the lead's id." };
        var command = new GuidedCommand("erase", """
            Erases a person: the lead is hidden at once, and destroyed when the time of grace is over. Deliveries that come later are
            dropped. Needs a key with the role Hub.Privacy.
            """)
        {
            Examples =
            [
                ("See who would be erased", $"erase {SomeLead}"),
                ("Erase them", $"erase {SomeLead} --yes"),
                ("Restore a lead in its time of grace", "erase 0123456789abcdef01234567 --undo --yes"),
            ],
            Endings =
            [
                (ExitCodes.Done, "the hub did what was asked"),
                (ExitCodes.NotDone, "nothing changed, because --yes is missing or the hub refused; standard error says why"),
                (ExitCodes.Misused, "the command line is wrong; the hub was not asked"),
                (ExitCodes.NoHub, "no hub answers at --url"),
            ],
        };
        command.Add(key);
        Array.ForEach<Option>([yes, undo, json], command.Add);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (lead, sure) = (parsed.GetRequiredValue(key), parsed.GetValue(yes));
            var exit = await HubCall.RunAsync(
                parsed,
                connection,
                hub => LeadKey.WithIdAsync(hub, lead, id =>
                    EraseAsync(hub, id, sure, parsed.GetValue(undo), cancellationToken), cancellationToken),
                parsed.GetValue(json) ? null : sure ? LeadText.Erased : LeadText.Lead);
            if (exit != ExitCodes.Done || sure)
            {
                return exit;
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync("Nothing changed. To go on, add --yes.");
            return ExitCodes.NotDone;
        });
        return command;
    }

    private static async Task<HubAnswer> EraseAsync(HubClient hub, LeadId id, bool sure, bool undo, CancellationToken cancellationToken)
    {
        if (!sure)
        {
            return undo ? new HubAnswer.Refused("A hidden lead is shown to nobody.") : await hub.GetAsync($"leads/{id}", cancellationToken);
        }

        var answer = await hub.DeleteAsync(undo ? $"erasures/{id}" : $"leads/{id}", cancellationToken);
        return answer is HubAnswer.Done
            ? new HubAnswer.Done(
                JsonSerializer.SerializeToElement(new { leadId = id, outcome = undo ? "restored" : "hidden" }, JsonSerializerOptions.Web))
            : answer;
    }

    private static GuidedCommand Create(
        string name, string description, (string Purpose, string Arguments)[] examples,
        Func<HubClient, string, CancellationToken, Task<HubAnswer>> askAsync, Func<JsonElement, string> describe)
    {
        var (key, json, connection) = (LeadKey.Argument(), HubCall.Json(), new HubConnection());
        var command = new GuidedCommand(name, description) { Examples = examples, Endings = HubCall.Endings };
        command.Add(key);
        command.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, cancellationToken) => HubCall.RunAsync(
            parsed,
            connection,
            hub => askAsync(hub, parsed.GetRequiredValue(key), cancellationToken),
            parsed.GetValue(json) ? null : describe));
        return command;
    }
}
