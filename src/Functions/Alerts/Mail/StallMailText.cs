namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>The plain-text part of a mail about a stalled lead: the same facts as the HTML part.</summary>
public static class StallMailText
{
    /// <summary>Writes it.</summary>
    public static string Render(StallMail mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        string[] lines =
        [
            $"{mail.Who} has {mail.Problem} {mail.Age}.",
            "",
            $"Next: {mail.Action}.",
            "",
            .. mail.Facts.Select(fact => $"{fact.Key}: {fact.Value}"),
            "",
            $"Open the record: {mail.Link.AbsoluteUri}",
            "",
        ];
        return string.Join("\r\n", lines);
    }
}
