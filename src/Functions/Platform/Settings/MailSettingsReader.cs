using System.Globalization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the sections <c>Mail</c>, <c>Ops</c> and what of <c>Alerts</c> is about telling.</summary>
internal static class MailSettingsReader
{
    private const int MostMails = 5_000;
    private const int MostRows = 50;
    private const double MostPauses = 1_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(366);

    private const string Endpoint = "Mail:AzureCommunication:Endpoint";

    /// <summary>A name that nothing reads is a typo, which would leave a wait or a limit as it is by default.</summary>
    public static void CheckNames(SettingsReader reader)
    {
        reader.OnlyKnown("Alerts", "HeadsUpAt", "EscalateAt", "RepeatAfter", "AcknowledgedFor", "Snoozes", "GroupWait", "GroupInterval", "MaxRows", "CatchUp", "LinksValidFor");
        reader.OnlyKnown("Ops", "Recipients", "LateAfter", "SilentAfter");
        // The embedded host says under Mail:Page where its own mailbox is shown.
        reader.OnlyKnown("Mail", "From", "Smtp", "AzureCommunication", "PerMinute", "PerHour", "Page");
        reader.OnlyKnown("Mail:Smtp", "Host", "Port", "User", "Password", "StartTls");
        reader.OnlyKnown("Mail:AzureCommunication", "Endpoint", "ClientId");
    }

    public static MailOptions ReadMail(SettingsReader reader)
    {
        var from = reader.Text("Mail:From") ?? "hub@localhost.localdomain";
        if (!EmailAddress.TryParse(from, out _))
        {
            reader.Fault("Mail:From", "is no e-mail address. Write it as hub@example.com.");
        }

        var (smtp, azure) = (ReadSmtp(reader), ReadAzureCommunication(reader));
        if (smtp is not null && azure is not null)
        {
            reader.Fault("Mail", $"Mail:Smtp:Host and {Endpoint} are both set. Name the one that is to send.");
        }

        return new MailOptions
        {
            From = from,
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
            GroupWait = ReadWait(reader, "Alerts:GroupWait", standard.GroupWait),
            GroupInterval = ReadWait(reader, "Alerts:GroupInterval", standard.GroupInterval),
            MaxRows = reader.Value("Alerts:MaxRows", standard.MaxRows, "Write a whole number, such as 20.") is var rows and >= 1 and <= MostRows
                ? rows
                : Refuse(reader, "Alerts:MaxRows", $"must be 1 to {MostRows}: a longer mail is read by nobody.", standard.MaxRows),
            CatchUp = ReadWait(reader, "Alerts:CatchUp", standard.CatchUp),
            LinksValidFor = ReadWait(reader, "Alerts:LinksValidFor", standard.LinksValidFor) is var valid && valid > TimeSpan.Zero
                ? valid
                : Refuse(reader, "Alerts:LinksValidFor", "must be longer than zero, such as 7.00:00:00.", standard.LinksValidFor),
        };
    }

    public static OpsOptions ReadOps(SettingsReader reader, IReadOnlyList<string> recipients)
    {
        var standard = new OpsOptions();
        return new OpsOptions
        {
            Recipients = recipients,
            LateAfter = ReadWait(reader, "Ops:LateAfter", standard.LateAfter) is var late && late > TimeSpan.Zero ? late : Refuse(reader, "Ops:LateAfter", "must be longer than zero, such as 00:15:00.", standard.LateAfter),
            SilentAfter = reader.Value("Ops:SilentAfter", standard.SilentAfter, "Write a number above 1, such as 3; 0 for never.") is var times && (times is > 1 and <= MostPauses || times == 0)
                ? times
                : Refuse(reader, "Ops:SilentAfter", "must be above 1 and at most 1000, such as 3; 0 for never.", standard.SilentAfter),
        };
    }

    private static SmtpOptions? ReadSmtp(SettingsReader reader)
    {
        var user = reader.Text("Mail:Smtp:User");
        var port = reader.Value("Mail:Smtp:Port", 587, "Write a port number, such as 587.");
        if (port is < 1 or > 65_535)
        {
            reader.Fault("Mail:Smtp:Port", $"'{port}' is no port. Write a number from 1 to 65535, such as 587.");
        }

        return reader.Text("Mail:Smtp:Host") is not { } host ? null : new SmtpOptions
        {
            Host = host,
            Port = port,
            User = user,
            Password = reader.Text("Mail:Smtp:Password"),
            StartTls = reader.Value("Mail:Smtp:StartTls", user is not null, "Write true or false."),
        };
    }

    private static AzureCommunicationOptions? ReadAzureCommunication(SettingsReader reader)
    {
        if (reader.Text(Endpoint) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme != Uri.UriSchemeHttps)
        {
            reader.Fault(Endpoint, $"'{text}' is no secure web address. Write it as https://contoso.communication.azure.com.");
            return null;
        }

        return new AzureCommunicationOptions { Endpoint = endpoint, ClientId = reader.Text("Mail:AzureCommunication:ClientId") };
    }

    private static int ReadRate(SettingsReader reader, string key, int standard) =>
        reader.Value(key, standard, $"Write a whole number, such as {standard}; 0 for any number.") is var rate and >= 0 and <= MostMails
            ? rate
            : Refuse(reader, key, $"must be 0 to {MostMails.ToString(CultureInfo.InvariantCulture)}; 0 is any number.", standard);

    private static TimeSpan ReadWait(SettingsReader reader, string key, TimeSpan standard) =>
        reader.Value(key, standard, "Write it as d.hh:mm:ss, such as 00:05:00.") is var wait && wait >= TimeSpan.Zero && wait <= LongestWait
            ? wait
            : Refuse(reader, key, "must not be negative, nor longer than 366 days.", standard);

    private static T Refuse<T>(SettingsReader reader, string key, string whatWouldBeRight, T standard)
    {
        reader.Fault(key, whatWouldBeRight);
        return standard;
    }
}
