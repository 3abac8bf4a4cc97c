namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>The style of mails. <see cref="MailRenderer"/> writes the rules into the elements, because mail
/// programs drop style sheets.</summary>
internal static class MailStyle
{
    public const string Css =
        """
        body { margin: 0; padding: 8px; background: #f4f5f7; color: #1c1e21; overflow-wrap: anywhere;
               font: 16px/1.45 -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif }
        p { margin: 0 0 12px }
        .frame { max-width: 560px; margin: 0 auto; padding: 12px; background: #ffffff; border-radius: 8px }
        .warning { padding: 10px 12px; background: #fbe4e4; border-radius: 6px; font-weight: bold }
        .next { padding: 10px 12px; background: #fff4e0; border-radius: 6px }
        .quiet { color: #5a6068 }
        .facts { width: 100%; margin: 0 0 16px; border-collapse: collapse }
        .name { padding: 3px 12px 3px 0; color: #5a6068; vertical-align: top; white-space: nowrap }
        .value { width: 99%; padding: 3px 0 }
        .row { display: block; padding: 8px 0; border-top: 1px solid #d5d8dc; color: #1c1e21; text-decoration: none }
        .who { color: #1a5fb4 }
        .below { font-size: 14px }
        .small { margin: 8px 0 0; font-size: 14px }
        .open { display: inline-block; padding: 12px 20px; background: #1a5fb4; color: #ffffff; border-radius: 6px; text-decoration: none }
        .link { display: inline-block; padding: 12px 16px 12px 0; color: #1a5fb4 }
        """;
}
