using System.Globalization;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>A mail to ops about one notice or several.</summary>
/// <param name="Sections">The notices, oldest first.</param>
/// <param name="More">How many more come with a later mail.</param>
public sealed record OpsMail(IReadOnlyList<OpsMailSection> Sections, int More)
{
    /// <summary>Gets the subject, one clean line.</summary>
    public string Subject =>
        Sections is [var only]
            ? only.Subject
            : string.Create(CultureInfo.InvariantCulture, $"{Sections.Count} matters: {Sections[0].Subject}");

    /// <summary>Gets the sentence about further notices; null for none.</summary>
    public string? AndMore => More > 0 ? string.Create(CultureInfo.InvariantCulture, $"And {More} more, with the next mail.") : null;

    /// <summary>Returns the plain-text part.</summary>
    public string ToText() =>
        string.Join("\r\n", [.. Sections.SelectMany(section => section.ToText()), .. AndMore is { } more ? new[] { more, "" } : []]);
}

/// <summary>A notice in a mail. All texts are clean lines.</summary>
/// <param name="Subject">What is wrong.</param>
/// <param name="Lines">Details, and what to do.</param>
/// <param name="OpenedAt">When the hub noticed.</param>
public sealed record OpsMailSection(string Subject, IReadOnlyList<string> Lines, DateTimeOffset OpenedAt)
{
    /// <summary>Gets the sentence about when the hub noticed.</summary>
    public string Noticed =>
        $"Noticed {OpenedAt.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture)}. "
        + "Reported once; reported again only when it returns after it was over.";

    /// <summary>Returns the lines of the plain-text part.</summary>
    public IEnumerable<string> ToText() => [Subject, "", .. Lines.SelectMany(line => new[] { line, "" }), Noticed, ""];
}
