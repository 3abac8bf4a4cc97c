using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads, checks and registers the hub's settings.</summary>
public static class SettingsRegistration
{
    /// <summary>Registers <see cref="HubOptions"/>, <see cref="FunnelSettings"/>, <see cref="TeamsSettings"/>, <see cref="OpsOptions"/>, <see cref="MailOptions"/> and <see cref="AlertDeliveryOptions"/>.</summary>
    /// <exception cref="InvalidSettingsException">Something is wrong; it lists all faults.</exception>
    public static IServiceCollection AddHubSettings(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var hub = ReadHub(reader);
        var funnel = FunnelSettingsReader.Read(reader);
        var writeBack = WriteBackRegistration.ReadWriteBack(reader);
        var teams = ReadTeams(reader, funnel);
        MailSettingsReader.CheckNames(reader);
        var ops = MailSettingsReader.ReadOps(reader, ReadAddresses(reader, "Ops:Recipients"));
        var mail = MailSettingsReader.ReadMail(reader);
        var telling = MailSettingsReader.ReadAlertDelivery(reader);
        reader.ThrowIfFaulty();
        return services.AddSingleton(hub).AddSingleton(provider => funnel with { WriteBack = WriteBackRegistration.For(writeBack, provider.GetRequiredService<ConnectorSet>()) }).AddSingleton(teams).AddSingleton(ops).AddSingleton(mail).AddSingleton(telling);
    }

    private static HubOptions ReadHub(SettingsReader reader)
    {
        const string Key = "Hub:PublicUrl";
        var text = reader.Text(Key) ?? "http://localhost:7071";
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length + url.Fragment.Length > 0)
        {
            reader.Fault(Key, $"'{text}' is no web address. Write it as https://hub.example.com.");
        }

        const string ReplayPerSecond = "Hub:ReplayPerSecond";
        var replayPerSecond = reader.Value(ReplayPerSecond, 20, "Write a whole number, such as 20.");
        if (replayPerSecond < 1)
        {
            reader.Fault(ReplayPerSecond, $"'{replayPerSecond}' would never end. Write 1 or more.");
        }

        const string LinkKey = "Hub:LinkKey";
        var linkKey = reader.Text(LinkKey);
        if (linkKey is { Length: < 32 })
        {
            reader.Fault(LinkKey, "is too short to be safe. Write at least 32 random characters, or leave it out for a key of the hub's own.");
        }

        const string TablePrefix = "Hub:TablePrefix";
        var tablePrefix = reader.Text(TablePrefix) ?? "";
        if (!IsTablePrefix(tablePrefix))
        {
            reader.Fault(TablePrefix, "must be at most 20 letters and digits with a letter first, for example staging.");
        }

        return new HubOptions
        {
            TablePrefix = tablePrefix,
            LinkKey = linkKey,
            ReplayPerSecond = replayPerSecond,
            PublicUrl = url ?? new Uri("http://localhost:7071"),
            JourneyCacheMegabytes = Math.Max(0, reader.Value("Hub:JourneyCacheMegabytes", 64, "Write a whole number; 0 keeps no journey in memory.")),
        };
    }

    /// <summary>The longest table name of the hub and this still make a name that the table service takes, at most 63 characters.</summary>
    private static bool IsTablePrefix(string text) =>
        text.Length == 0 || (text.Length <= 20 && char.IsAsciiLetter(text[0]) && text.All(char.IsAsciiLetterOrDigit));

    private static TeamsSettings ReadTeams(SettingsReader reader, FunnelSettings funnel) =>
        new(reader.Names("Teams")
            .Select(name => new TeamSettings
            {
                Name = name.ToLowerInvariant(),
                Recipients = ReadAddresses(reader, $"Teams:{name}:Recipients"),
                Managers = ReadAddresses(reader, $"Teams:{name}:Managers"),
                QuietHours = ReadQuietHours(reader, $"Teams:{name}:QuietHours", funnel.CalendarOf(name.ToLowerInvariant()).TimeZone),
            })
            .ToDictionary(team => team.Name, StringComparer.OrdinalIgnoreCase));

    private static QuietHours? ReadQuietHours(SettingsReader reader, string key, TimeZoneInfo zone)
    {
        try
        {
            return reader.Text(key) is { } text ? new QuietHours(text, zone) : null;
        }
        catch (FormatException fault)
        {
            reader.Fault(key, fault.Message);
            return null;
        }
    }

    private static IReadOnlyList<string> ReadAddresses(SettingsReader reader, string key)
    {
        var addresses = reader.List(key);
        foreach (var (address, index) in addresses.Select((address, index) => (address, index)))
        {
            if (!EmailAddress.TryParse(address, out _))
            {
                reader.Fault(key, $"entry {index + 1} is no e-mail address. Write addresses as name@example.com, with commas between them.");
            }
        }

        return addresses;
    }
}
