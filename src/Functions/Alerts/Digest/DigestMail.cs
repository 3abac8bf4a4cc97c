namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>What a mail about several leads says, or one that only tells who has moved on. Personal data: never to be logged.</summary>
public sealed record DigestMail
{
    /// <summary>Gets the leads that stand still, most valuable first: each with the facts and the action that a mail of its own would have.</summary>
    public required IReadOnlyList<StallMail> Rows { get; init; }

    /// <summary>Gets how many more stand still that are not shown.</summary>
    public int MoreRows { get; init; }

    /// <summary>Gets who has moved on since the reader was told of them.</summary>
    public required IReadOnlyList<MovedOnLine> MovedOn { get; init; }

    /// <summary>Gets how many more have moved on that are not shown.</summary>
    public int MoreMovedOn { get; init; }

    /// <summary>Gets the subject: how many, and who first.</summary>
    public string Subject => Rows.Count > 0
        ? $"[{Leads(Rows.Count + MoreRows)} waiting] {Names([.. Rows.Select(row => row.Company ?? row.Who)], Rows.Count + MoreRows)}"
        : $"[{(MovedOn.Count + MoreMovedOn == 1 ? "" : $"{MovedOn.Count + MoreMovedOn} ")}Moved on] {Names([.. MovedOn.Select(line => line.Name)], MovedOn.Count + MoreMovedOn)}";

    /// <summary>Gets the first sentence; null where no lead stands still.</summary>
    public string? Opening => Rows.Count == 0 ? null : $"{Leads(Rows.Count + MoreRows)} {(Rows.Count + MoreRows == 1 ? "waits" : "wait")} for a next step, the most valuable first.";

    /// <summary>Gets the sentence about what is not shown; null where everything is.</summary>
    public string? More => MoreRows == 0 ? null : $"And {MoreRows} more.";

    private static string Leads(int count) => count == 1 ? "1 lead" : $"{count} leads";

    private static string Names(IReadOnlyList<string> names, int all)
    {
        var shown = names.Distinct(StringComparer.Ordinal).Take(2).ToList();
        return string.Join(", ", shown) + (all > shown.Count ? $" and {all - shown.Count} more" : "");
    }
}

/// <summary>A lead that the reader was told of and that has moved on.</summary>
/// <param name="Name">The company, else the person.</param>
/// <param name="How">What happened: "is on Commitment now", "was taken up or given back by sales".</param>
public sealed record MovedOnLine(string Name, string How);
