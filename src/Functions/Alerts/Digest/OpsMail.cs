using System.Globalization;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>What a mail to ops says.</summary>
/// <param name="Subject">What is wrong, one clean line.</param>
/// <param name="Lines">More of it, and what to do; clean lines.</param>
/// <param name="OpenedAt">When the hub noticed.</param>
public sealed record OpsMail(string Subject, IReadOnlyList<string> Lines, DateTimeOffset OpenedAt)
{
    /// <summary>Gets when the hub noticed, in words.</summary>
    public string Noticed => $"Noticed {OpenedAt.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture)}. Told once; told again only when it comes back after it was over.";

    /// <summary>The plain-text part.</summary>
    public string ToText() => string.Join("\r\n", [Subject, "", .. Lines.SelectMany(line => new[] { line, "" }), Noticed, ""]);
}
