using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Functions.Ops.Health;

namespace IntegrationHub.Cli.Status;

/// <summary>The command <c>status</c>: says how a running hub is.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var (json, connection) = (HubCall.Json(), new HubConnection());
        var command = new GuidedCommand("status", """
            Says how a running hub is: what is wrong, each connector with its last event, queues, mail and spool.
            A key without the role Hub.Ops sees one word.
            """)
        {
            Examples =
            [
                ("See whether anything needs attention", "status --url https://hub.example.com"),
                ("Ask in a script", "status --json | jq -r .status"),
            ],
            Endings =
            [
                (ExitCodes.Done, "the hub is healthy"),
                (ExitCodes.NotDone, "the hub is degraded or unhealthy, or it refused; the output says why"),
                (ExitCodes.Misused, "the command line is wrong; the hub was not asked"),
                (ExitCodes.NoHub, "no hub answers at --url"),
            ],
        };
        command.Add(json);
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var status = "";
            var exit = await HubCall.RunAsync(
                parsed,
                connection,
                async hub => Noted(await hub.GetHealthAsync(cancellationToken)),
                parsed.GetValue(json) ? null : Describe);
            return exit == ExitCodes.Done && status != HealthReport.Healthy ? ExitCodes.NotDone : exit;

            HubAnswer Noted(HubAnswer answer)
            {
                status = answer is HubAnswer.Done { Json: { ValueKind: JsonValueKind.Object } health }
                    && health.TryGetProperty("status", out var word) ? word.ToString() : "";
                return answer;
            }
        });
        return command;
    }

    /// <summary>Describes the health.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    internal static string Describe(JsonElement answer)
    {
        var word = HubText.Read<HealthWord>(answer, "status").Status;
        if (!answer.TryGetProperty("connectors", out _))
        {
            return $"The hub is {HubText.Line(word)}. A key with the role Hub.Ops shows more.";
        }

        var health = HubText.Read<HealthReport>(answer, "problems", "connectors", "queues", "mail", "spool");
        return HubText.Lines(
        [
            $"The hub is {HubText.Line(word)}.",
            .. health.Problems.Select(problem => $"  ! {HubText.Line(problem)}"),
            "",
            .. HubText.Table(["CONNECTOR", "TYPE", "STATE", "LAST EVENT (UTC)", "LAG", "DROPPED", "LAST ERROR"],
                health.Connectors.Select(Row)),
            "",
            .. HubText.Table(["QUEUE", "WAITING", "OLDEST (UTC)", "DEAD LETTERS"], health.Queues.Select(queue => new[]
            {
                HubText.Line(queue.Name), Count(queue.Active, queue.Capped), HubText.Time(queue.OldestAt),
                    Count(queue.DeadLettered, queue.Capped),
            })),
            "",
            $"Mail: {HubText.Line(health.Mail.State)}, last sent {HubText.Time(health.Mail.LastSentAt)}, "
                + $"{Count(health.Mail.Waiting?.Soon, false)} waiting."
                + (health.Mail.LastError is { } error ? $" {HubText.Line(error)}" : ""),
            $"Spool: {Count(health.Spool.Waiting, false)} waiting.",
        ]);
    }

    private static string[] Row(ConnectorHealth connector) =>
    [
        HubText.Line(connector.Name), HubText.Line(connector.Type), HubText.Line(connector.State), HubText.Time(connector.LastEventAt),
        connector.LagSeconds is { } lag ? $"{lag.ToString("0.#", CultureInfo.InvariantCulture)} s" : HubText.None,
        connector.Dropped.ToString(CultureInfo.InvariantCulture), HubText.Line(connector.LastError),
    ];

    private static string Count(int? count, bool capped) => count is null ? HubText.None : $"{count}{(capped ? " or more" : "")}";
}
