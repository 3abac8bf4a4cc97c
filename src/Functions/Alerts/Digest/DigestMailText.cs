namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The plain-text part of a mail about several leads.</summary>
internal static class DigestMailText
{
    public static string Render(DigestMail mail)
    {
        string[] lines =
        [
            .. Paragraph(mail.Opening),
            .. mail.Rows.SelectMany(Lines),
            .. Paragraph(mail.More),
            .. mail.MovedOn.Count == 0 ? Array.Empty<string>() : ["Moved on", .. mail.MovedOn.Select(line => $"{line.Name} {line.How}.")],
            .. mail.MoreMovedOn == 0 ? Array.Empty<string>() : [$"And {mail.MoreMovedOn} more."],
            "",
        ];
        return string.Join("\r\n", lines);
    }

    private static string[] Lines(StallMail row) =>
        [row.Beside is { } company ? $"{row.Who}, {company}" : row.Who, row.LineBelow, row.Details.AbsoluteUri, ""];

    private static string[] Paragraph(string? text) => text is null ? [] : [text, ""];
}
