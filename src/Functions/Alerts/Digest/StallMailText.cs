namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The plain-text part of a mail about a stalled lead: the same facts as the HTML part.</summary>
public static class StallMailText
{
    /// <summary>Writes it.</summary>
    public static string Render(StallMail mail) => string.Join("\r\n", [.. Lines(mail), ""]);

    /// <summary>Its lines, as they also stand in a mail about several leads.</summary>
    internal static IEnumerable<string> Lines(StallMail mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        return
        [
            $"{mail.Who} has {mail.Problem} {mail.Age}.",
            "",
            $"Next: {mail.Action}.",
            "",
            .. mail.Facts.Select(fact => $"{fact.Key}: {fact.Value}"),
            "",
            $"Open the record: {mail.Link.AbsoluteUri}",
            "",
            $"We are on it: {mail.AcknowledgeLink.AbsoluteUri}",
            $"Not now: {mail.SnoozeLink.AbsoluteUri}",
        ];
    }
}
