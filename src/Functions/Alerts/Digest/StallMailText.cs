namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The plain-text part of a mail about a stalled lead.</summary>
internal static class StallMailText
{
    public static string Render(StallMail mail)
    {
        string[] lines =
        [
            .. mail.Warning is { } warning ? new[] { warning, "" } : [],
            $"{mail.Who}{(mail.Beside is { } company ? $" of {company}" : "")} {mail.Problem} {mail.Age}; the limit is {mail.Limit}.",
            "",
            $"Next: {mail.Next}.",
            "",
            .. mail.Facts.Select(fact => $"{fact.Key}: {fact.Value}"),
            .. mail.Facts.Count > 0 ? new[] { "" } : [],
            $"{mail.LinkText}: {mail.Link.AbsoluteUri}",
            "",
            $"We are on it: {mail.AcknowledgeLink.AbsoluteUri}",
            $"Not now: {mail.SnoozeLink.AbsoluteUri}",
            "",
        ];
        return string.Join("\r\n", lines);
    }
}
