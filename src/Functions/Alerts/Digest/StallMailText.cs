namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The plain-text part of a mail about a stalled lead.</summary>
internal static class StallMailText
{
    public static string Render(StallMail mail) => string.Join("\r\n", [.. Lines(mail), ""]);

    /// <summary>Returns its lines, which digests use too.</summary>
    internal static IEnumerable<string> Lines(StallMail mail)
    {
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
