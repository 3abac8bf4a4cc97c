using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads, checks and registers the hub's settings.</summary>
internal static class SettingsRegistration
{
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    public static IServiceCollection AddHubSettings(this IServiceCollection services, SettingsReader reader)
    {
        var funnel = FunnelSettingsReader.Read(reader) with { WriteBack = WriteBackPolicyReader.Read(reader) };
        MailSettingsReader.CheckNames(reader);
        var ops = MailSettingsReader.ReadOps(reader);
        PollScheduleReader.Check(reader, ops.LateAfter);
        var mail = MailSettingsReader.ReadMail(reader);
        var hub = ReadHub(reader, mail);
        return services
            .AddSingleton(hub)
            .AddSingleton(PepperReader.Read(reader))
            .AddSingleton(ReadErasure(reader))
            .AddSingleton(RetentionOptions.Read(reader))
            .AddSingleton(ArchiveSettingsReader.Read(reader))
            .AddSingleton(ReadSharedAddresses(reader))
            .AddSingleton(provider => Began(hub, funnel, provider).InStepWith(provider.GetRequiredService<ConnectorSet>()))
            .AddSingleton(ReadTeams(reader, funnel))
            .AddSingleton(ops)
            .AddSingleton(OutwardOptions.Read(reader))
            .AddSingleton(mail)
            .AddSingleton(ReportSettingsReader.ReadOptions(reader))
            .AddSingleton(MailSettingsReader.ReadAlertDelivery(reader));
    }

    /// <summary>Adds when the hub began: as set, else as the tables remember. A check of settings has no
    /// tables.</summary>
    private static FunnelSettings Began(HubOptions hub, FunnelSettings funnel, IServiceProvider provider) =>
        funnel with
        {
            FactsPerLead = hub.FactsPerLead,
            LiveSince = hub.LiveSince ?? provider.GetService<RememberedBeginning>()?.Invoke() - hub.LookBack,
        };

    private static HubOptions ReadHub(SettingsReader reader, MailOptions mail)
    {
        var standard = new HubOptions { PublicUrl = new("http://localhost:7071") };
        return standard with
        {
            TablePrefix = reader.Text("Hub:TablePrefix", IsTablePrefix, "at most 20 letters and digits with a letter first", "staging")
                ?? "",
            IntakeMegabytes = reader.Value<int>(
                "Hub:IntakeMegabytes", standard.IntakeMegabytes, size => size is >= 2 and <= 4_096, "a whole number from 2 to 4096", "64"),
            AuditDays = reader.Value<int>(
                "Hub:AuditDays", standard.AuditDays, days => days is >= 30 and <= 3_660, "a whole number from 30 to 3660", "730"),
            FactsPerLead = reader.Value<int>(
                "Hub:FactsPerLead", standard.FactsPerLead, facts => facts is >= 100 and <= 5_000, "a whole number from 100 to 5000",
                "2000"),
            ReplayPerSecond = reader.Value<int>(
                "Hub:ReplayPerSecond", standard.ReplayPerSecond, rate => rate >= 1, "a whole number of 1 or more", "20"),
            PublicUrl = ReadPublicUrl(reader, mail) ?? standard.PublicUrl,
            JourneyCacheMegabytes = reader.Value<int>(
                "Hub:JourneyCacheMegabytes", standard.JourneyCacheMegabytes, size =>
                    size >= 0, "a whole number, where 0 keeps no journey in memory", "64"),
            LiveSince = reader.Instant("Hub:LiveSince"),
            LookBack = reader.Value<TimeSpan>(
                "Hub:LookBack", standard.LookBack, time => time >= TimeSpan.Zero, "a time of zero or longer as d.hh:mm:ss", "7.00:00:00"),
        };
    }

    /// <summary>Reads the addresses that several people read; the usual role addresses unless set.</summary>
    private static SharedAddresses ReadSharedAddresses(SettingsReader reader)
    {
        const string Key = "Identity:SharedAddresses";
        reader.OnlyKnown("Identity", "SharedAddresses");
        var patterns = reader.List(Key, SharedAddresses.Usual);
        if (!patterns.All(pattern => pattern.Contains('@', StringComparison.Ordinal) && pattern.All(letter => letter is > ' ' and not '?')))
        {
            reader.Fault(Key, "addresses with commas between them, where * stands for any text", "info@*,*@lists.example.com");
        }

        return new(patterns.Select(pattern => pattern.ToLowerInvariant()));
    }

    private static ErasureOptions ReadErasure(SettingsReader reader)
    {
        var standard = new ErasureOptions();
        reader.OnlyKnown("Erasure", nameof(ErasureOptions.Grace), nameof(ErasureOptions.MostAnHour), nameof(ErasureOptions.Tools));
        return new()
        {
            Grace = reader.Duration("Erasure:Grace", standard.Grace, TimeSpan.Zero, LongestGrace),
            MostAnHour = reader.Value<int>(
                "Erasure:MostAnHour", standard.MostAnHour, most => most >= 1, "a whole number of 1 or more", "100"),
            Tools = ReadErasureTools(reader),
        };
    }

    /// <summary>Reads the address by which tools and people reach the hub. A wrong one makes every signature wrong and
    /// every link in a mail dead. So on Azure, and where mail leaves this machine, it must be set, and https.</summary>
    private static Uri? ReadPublicUrl(SettingsReader reader, MailOptions mail)
    {
        const string Key = "Hub:PublicUrl", Example = "https://hub.example.com";
        var url = reader.Parse(Key, ParsePublicUrl, "an http or https address without query", Example);
        var isReached = Surroundings.AreAzure(reader) || mail.LeavesMachine;
        if (isReached && (url is null ? reader.Text(Key) is null : url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback))
        {
            reader.Fault(Key, "the https address by which tools and people reach the hub", Example);
        }

        return url;
    }

    private static IReadOnlyList<string> ReadErasureTools(SettingsReader reader)
    {
        const string Key = "Erasure:Tools";
        IReadOnlyList<string> tools = [.. reader.List(Key)];
        if (!tools.All(tool => reader.Names("Connectors").Contains(tool, StringComparer.OrdinalIgnoreCase)))
        {
            reader.Fault(Key, "names of connectors with commas between them", "hubspot,klaviyo");
        }

        return tools;
    }

    private static Uri? ParsePublicUrl(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query + url.Fragment == ""
            ? url
            : null;

    /// <summary>Whether the prefix is valid. With the hub's longest table name it has at most 63
    /// characters, the service's limit.</summary>
    private static bool IsTablePrefix(string text) =>
        text.Length == 0 || (text.Length <= 20 && char.IsAsciiLetter(text[0]) && text.All(char.IsAsciiLetterOrDigit));

    private static TeamsSettings ReadTeams(SettingsReader reader, FunnelSettings funnel) =>
        new(reader.Names("Teams")
            .Select(name => new TeamSettings
            {
                Name = name.ToLowerInvariant(),
                Recipients = MailSettingsReader.ReadAddresses(reader, $"Teams:{name}:Recipients"),
                Managers = MailSettingsReader.ReadAddresses(reader, $"Teams:{name}:Managers"),
                QuietHours = ReadQuietHours(reader, $"Teams:{name}:QuietHours", funnel.CalendarOf(name.ToLowerInvariant()).TimeZone),
            })
            .ToDictionary(team => team.Name, StringComparer.OrdinalIgnoreCase));

    private static QuietHours? ReadQuietHours(SettingsReader reader, string key, TimeZoneInfo zone)
    {
        try
        {
            return reader.Text(key) is { } text ? new QuietHours(text, zone) : null;
        }
        catch (FormatException)
        {
            reader.Fault(key, "beginning and end of a part of the day", "18:00-08:00");
            return null;
        }
    }
}
