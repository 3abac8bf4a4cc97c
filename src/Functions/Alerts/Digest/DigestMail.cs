namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>A mail about several leads, or one that only reports resolutions. Personal data: never log it.</summary>
public sealed record DigestMail
{
    /// <summary>Gets the stalled leads, the longest first. Each is two lines, with the rest behind a link.</summary>
    public required IReadOnlyList<StallMail> Rows { get; init; }

    /// <summary>Gets how many more stalled leads are not shown.</summary>
    public int MoreRows { get; init; }

    /// <summary>Gets the leads that moved on since the reader was notified.</summary>
    public required IReadOnlyList<MovedOnLine> MovedOn { get; init; }

    /// <summary>Gets how many more of them are not shown.</summary>
    public int MoreMovedOn { get; init; }

    /// <summary>Gets the subject: how many, and who first.</summary>
    public string Subject => Rows.Count > 0
        ? $"[{Leads(Rows.Count + MoreRows)} waiting] {Names([.. Rows.Select(row => row.Company ?? row.Who)], Rows.Count + MoreRows)}"
        : $"[{(MovedOn.Count + MoreMovedOn == 1 ? "" : $"{MovedOn.Count + MoreMovedOn} ")}Moved on] "
            + Names([.. MovedOn.Select(line => line.Name)], MovedOn.Count + MoreMovedOn);

    /// <summary>Gets the first sentence; null without a stalled lead.</summary>
    public string? Opening => (Rows.Count + MoreRows) switch
    {
        0 => null,
        1 => "1 lead waits for a next step.",
        var all => $"{Leads(all)} wait, the longest first.",
    };

    /// <summary>Gets the sentence about the leads that are not shown; null for none.</summary>
    public string? More => MoreRows == 0 ? null : $"And {MoreRows} more.";

    private static string Leads(int count) => count == 1 ? "1 lead" : $"{count} leads";

    private static string Names(IReadOnlyList<string> names, int all)
    {
        var shown = names.Distinct(StringComparer.Ordinal).Take(2).ToList();
        return string.Join(", ", shown) + (all > shown.Count ? $" and {all - shown.Count} more" : "");
    }
}

/// <summary>A lead that moved on.</summary>
/// <param name="Name">The company, else the person.</param>
/// <param name="How">What happened: "is on Commitment now", "was taken up by sales".</param>
public sealed record MovedOnLine(string Name, string How);
