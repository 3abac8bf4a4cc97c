using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the sections <c>Mail</c> and <c>Ops</c>, and the delivery part of <c>Alerts</c>.</summary>
internal static class MailSettingsReader
{
    private const int MostMails = 5_000;
    private const int MostRows = 50;
    private const double MostPauses = 1_000;
    private const string Example = "hub@example.com";
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(366);

    /// <summary>Rejects unknown names.</summary>
    public static void CheckNames(SettingsReader reader)
    {
        reader.OnlyKnown(
            "Alerts", "HeadsUpAt", "EscalateAt", "RepeatAfter", "AcknowledgedFor", "Snoozes", "GroupWait", "GroupInterval", "MaxRows",
            "CatchUp", "LinksValidFor");
        reader.OnlyKnown("Ops", "Recipients", "LateAfter", "SilentAfter");
        // The embedded host sets Mail:Page to the address of its own mailbox.
        reader.OnlyKnown("Mail", "From", "Smtp", "AzureCommunication", "PerMinute", "PerHour", "Page");
        reader.OnlyKnown("Mail:Smtp", "Host", "Port", "User", "Password", "StartTls");
        reader.OnlyKnown("Mail:AzureCommunication", "Endpoint", "ClientId");
    }

    public static MailOptions ReadMail(SettingsReader reader)
    {
        var (smtp, azure) = (ReadSmtp(reader.Below("Mail:Smtp")), ReadAzureCommunication(reader.Below("Mail:AzureCommunication")));
        if (smtp is not null && azure is not null)
        {
            reader.Fault("Mail", "either Mail:Smtp or Mail:AzureCommunication", "Mail:Smtp:Host alone");
        }

        return new MailOptions
        {
            From = reader.Text("Mail:From", IsAddress, "an e-mail address", Example) ?? "hub@localhost.localdomain",
            Smtp = smtp,
            AzureCommunication = azure,
            PerMinute = ReadRate(reader, "Mail:PerMinute", 30),
            PerHour = ReadRate(reader, "Mail:PerHour", 100),
        };
    }

    public static AlertDeliveryOptions ReadAlertDelivery(SettingsReader reader)
    {
        var standard = new AlertDeliveryOptions();
        return new AlertDeliveryOptions
        {
            GroupWait = reader.Duration("Alerts:GroupWait", standard.GroupWait, TimeSpan.Zero, LongestWait),
            GroupInterval = reader.Duration("Alerts:GroupInterval", standard.GroupInterval, TimeSpan.Zero, LongestWait),
            MaxRows = reader.Value<int>(
                "Alerts:MaxRows", standard.MaxRows, rows => rows is >= 1 and <= MostRows, $"a whole number from 1 to {MostRows}", "20"),
            CatchUp = reader.Duration("Alerts:CatchUp", standard.CatchUp, TimeSpan.Zero, LongestWait),
            LinksValidFor = reader.Duration("Alerts:LinksValidFor", standard.LinksValidFor, ShortestWait, LongestWait),
        };
    }

    public static OpsOptions ReadOps(SettingsReader reader)
    {
        var standard = new OpsOptions();
        return new OpsOptions
        {
            Recipients = ReadAddresses(reader, "Ops:Recipients"),
            LateAfter = reader.Duration("Ops:LateAfter", standard.LateAfter, ShortestWait, LongestWait),
            SilentAfter = reader.Value<double>(
                "Ops:SilentAfter", standard.SilentAfter, times =>
                    times is 0 or (> 1 and <= MostPauses), "a number above 1 and at most 1000, or 0 for never", "3"),
        };
    }

    public static IReadOnlyList<string> ReadAddresses(SettingsReader reader, string key)
    {
        var addresses = reader.List(key);
        if (!addresses.All(IsAddress))
        {
            reader.Fault(key, "e-mail addresses with commas between them", "ann@example.com,bob@example.com");
        }

        return addresses;
    }

    private static SmtpOptions? ReadSmtp(SettingsReader reader)
    {
        var user = reader.Text("User");
        var port = reader.Value<int>("Port", 587, port => port is >= 1 and <= 65_535, "a port from 1 to 65535", "587");
        if (reader.Text("Host") is not { } host)
        {
            return null;
        }

        var smtp = new SmtpOptions
        {
            Host = host,
            Port = port,
            User = user,
            Password = reader.Text("Password"),
            StartTls = reader.Flag("StartTls", user is not null),
        };
        if (smtp is { User: not null, StartTls: false, IsLoopback: false })
        {
            reader.Fault("StartTls", "true where User signs in, so that the password is not sent in clear", "true");
        }

        return smtp;
    }

    private static AzureCommunicationOptions? ReadAzureCommunication(SettingsReader reader) =>
        reader.Url("Endpoint", "https://contoso.communication.azure.com", secure: true) is { } endpoint
            ? new() { Endpoint = endpoint, ClientId = reader.Text("ClientId") }
            : null;

    private static int ReadRate(SettingsReader reader, string key, int standard) =>
        reader.Value<int>(
            key,
            standard,
            rate => rate is >= 0 and <= MostMails,
            $"a whole number from 0 to {MostMails}, where 0 is any number",
            $"{standard}");

    private static bool IsAddress(string text) => EmailAddress.TryParse(text, out _);
}
