using System.Globalization;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>What a mail to ops says: one matter, or several that came close together.</summary>
/// <param name="Sections">The matters, oldest first.</param>
/// <param name="More">How many further ones come with a later mail.</param>
public sealed record OpsMail(IReadOnlyList<OpsMailSection> Sections, int More)
{
    /// <summary>Gets the subject, one clean line.</summary>
    public string Subject => Sections is [var only] ? only.Subject : string.Create(CultureInfo.InvariantCulture, $"{Sections.Count} matters: {Sections[0].Subject}");

    /// <summary>Gets how many further ones come with a later mail, in words; null for none.</summary>
    public string? AndMore => More > 0 ? string.Create(CultureInfo.InvariantCulture, $"And {More} more, with the next mail.") : null;

    /// <summary>The plain-text part.</summary>
    public string ToText() => string.Join("\r\n", [.. Sections.SelectMany(section => section.ToText()), .. AndMore is { } more ? new[] { more, "" } : []]);
}

/// <summary>One matter.</summary>
/// <param name="Subject">What is wrong, one clean line.</param>
/// <param name="Lines">More of it, and what to do; clean lines.</param>
/// <param name="OpenedAt">When the hub noticed.</param>
public sealed record OpsMailSection(string Subject, IReadOnlyList<string> Lines, DateTimeOffset OpenedAt)
{
    /// <summary>Gets when the hub noticed, in words.</summary>
    public string Noticed => $"Noticed {OpenedAt.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture)}. Told once; told again only when it comes back after it was over.";

    /// <summary>The lines of the plain-text part.</summary>
    public IEnumerable<string> ToText() => [Subject, "", .. Lines.SelectMany(line => new[] { line, "" }), Noticed, ""];
}
