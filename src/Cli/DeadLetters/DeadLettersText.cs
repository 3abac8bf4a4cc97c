using System.Globalization;
using System.Text.Json;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.DeadLetters;

/// <summary>Puts the hub's answers about dead letters in words for people.</summary>
internal static class DeadLettersText
{
    private const int LongestText = 400;
    private const string None = "-";

    /// <summary>Rejects an answer that lacks a property: it is not a hub's.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// Describes a list of dead letters: a table, the description of each below it, and what to do next.
    /// </summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string List(JsonElement answer)
    {
        var list = Read<DeadLetterList>(answer);
        if (list.DeadLetters.Count == 0)
        {
            return $"{Line(list.Entity)}: no dead letters.";
        }

        string[] head = ["QUEUED (UTC)", "REASON", "CONNECTOR", "LEAD", "RECEIVED", "MESSAGE"];
        var rows = Columns([head, .. list.DeadLetters.Select(Row)]);
        return Lines(
        [
            list.Capped
                ? $"{Line(list.Entity)}: the oldest {list.Count} dead letters; there are more."
                : $"{Line(list.Entity)}: {list.Count} dead letters.",
            "",
            rows[0],
            .. list.DeadLetters.Index().SelectMany(letter => new[] { rows[letter.Index + 1], $"    {Line(letter.Item.Description)}" }),
            "",
            $"To send them again: deadletters replay --entity {Line(list.Entity)} --dry-run",
        ]);
    }

    /// <summary>Describes a replay: what was sent, by reason and connector.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Replay(string entity, JsonElement answer)
    {
        var report = Read<ReplayReport>(answer);
        var head = report.DryRun
            ? $"{Line(entity)}: {report.Matched} dead letters would be sent again; nothing was sent."
            : $"{Line(entity)}: {report.Replayed} of {report.Matched} dead letters were sent again.";
        return Report(head, report.ByReason, report.Capped, report.Job);
    }

    /// <summary>Describes a purge: what was removed, by reason and connector.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Purge(string entity, JsonElement answer)
    {
        var report = Read<PurgeReport>(answer);
        var head = report.DryRun
            ? $"{Line(entity)}: {report.Matched} dead letters would be removed; nothing was removed."
            : $"{Line(entity)}: {report.Purged} of {report.Matched} dead letters were removed.";
        return Report(head, report.ByReason, report.Capped, report.Job);
    }

    /// <summary>Describes replays and purges in a table.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Status(JsonElement answer)
    {
        var list = Read<JobList>(answer);
        string[] head = ["JOB", "STARTED (UTC)", "ENTITY", "ACTION", "STATE", "LOOKED", "MATCHED", "DONE"];
        return list.Jobs.Count == 0
            ? "No replay or purge in the last 30 days."
            : Lines(Columns([head, .. list.Jobs.Select(Row)]));
    }

    /// <summary>Describes one replay or purge.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Job(JsonElement answer)
    {
        var job = Read<DeadLetterJob>(answer);
        return $"{Line(job.Id)}: the {Line(job.Action)} of {Line(job.Entity)} is {Line(job.State)}, "
            + $"with {job.Handled} of {job.Matched} dead letters.";
    }

    private static string Report(string head, IReadOnlyList<ReasonCount> byReason, bool capped, string? job)
    {
        var rows = byReason
            .SelectMany(reason => reason.ByConnector.Select(
                connector => new[] { Line(reason.Reason), Line(connector.Connector), $"{connector.Count}" }))
            .ToList();
        return Lines(
        [
            head,
            .. rows.Count > 0 ? ["", .. Columns([["REASON", "CONNECTOR", "COUNT"], .. rows])] : Array.Empty<string>(),
            .. job is not null ? ["", $"It goes on in the background as {Line(job)}: deadletters status"]
                : capped ? ["", "There may be more: run the command again for them."] : Array.Empty<string>(),
        ]);
    }

    private static T Read<T>(JsonElement answer) => answer.Deserialize<T>(Strict) ?? throw new JsonException("The answer is null.");

    private static string[] Row(DeadLetter letter) =>
    [
        letter.EnqueuedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Line(letter.Reason),
        Line(letter.Connector),
        Line(letter.LeadId),
        $"{letter.DeliveryCount}",
        Line(letter.Id),
    ];

    private static string[] Row(DeadLetterJob job) =>
    [
        Line(job.Id),
        job.StartedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Line(job.Entity),
        Line(job.Action),
        Line(job.State),
        $"{job.Looked}",
        $"{job.Matched}",
        $"{job.Handled}",
    ];

    /// <summary>Puts the cells of all rows in columns as wide as the widest cell.</summary>
    private static List<string> Columns(IReadOnlyList<string[]> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        return [.. rows.Select(row => $"  {string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))}".TrimEnd())];
    }

    /// <summary>Returns one safe line: texts of tools and people must not control the terminal.</summary>
    private static string Line(string? text) => OneLine.Of(text, LongestText) ?? None;

    private static string Lines(IEnumerable<string> lines) => string.Join(Environment.NewLine, lines);

    private sealed record DeadLetterList(string Entity, int Count, bool Capped, IReadOnlyList<DeadLetter> DeadLetters);

    private sealed record DeadLetter(
        string Id, string? Reason, string? Description, string? Connector, string? LeadId, DateTimeOffset EnqueuedAt, int DeliveryCount);

    private sealed record ReplayReport(
        int Matched, int Replayed, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped, string? Job = null);

    private sealed record PurgeReport(
        int Matched, int Purged, IReadOnlyList<ReasonCount> ByReason, bool DryRun, bool Capped, string? Job = null);

    private sealed record JobList(IReadOnlyList<DeadLetterJob> Jobs);

    private sealed record DeadLetterJob(
        string Id, string Action, string Entity, string State, DateTimeOffset StartedAt, int Looked, int Matched, int Handled);

    private sealed record ReasonCount(string? Reason, IReadOnlyList<ConnectorCount> ByConnector);

    private sealed record ConnectorCount(string? Connector, int Count);
}
