using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Settings;

/// <summary>Reads, checks and registers the hub's settings.</summary>
public static class SettingsRegistration
{
    /// <summary>Registers <see cref="HubOptions"/>, <see cref="FunnelSettings"/>, <see cref="TeamsSettings"/>, <see cref="OpsOptions"/> and <see cref="MailOptions"/>.</summary>
    /// <exception cref="Connectors.Common.InvalidSettingsException">Something is wrong; it lists all faults.</exception>
    public static IServiceCollection AddHubSettings(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var hub = ReadHub(reader);
        var funnel = FunnelSettingsReader.Read(reader);
        var writeBack = WriteBackRegistration.ReadWriteBack(reader);
        var teams = ReadTeams(reader, funnel);
        var ops = new OpsOptions { Recipients = ReadAddresses(reader, "Ops:Recipients") };
        var mail = ReadMail(reader);
        reader.ThrowIfFaulty();
        return services.AddSingleton(hub).AddSingleton(provider => funnel with { WriteBack = WriteBackRegistration.For(writeBack, provider.GetRequiredService<ConnectorSet>()) }).AddSingleton(teams).AddSingleton(ops).AddSingleton(mail);
    }

    private static HubOptions ReadHub(SettingsReader reader)
    {
        const string Key = "Hub:PublicUrl";
        var text = reader.Text(Key) ?? "http://localhost:7071";
        if (!Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            reader.Fault(Key, $"'{text}' is no web address. Write it as https://hub.example.com.");
        }

        const string ReplayPerSecond = "Hub:ReplayPerSecond";
        var replayPerSecond = reader.Value(ReplayPerSecond, 20, "Write a whole number, such as 20.");
        if (replayPerSecond < 1)
        {
            reader.Fault(ReplayPerSecond, $"'{replayPerSecond}' would never end. Write 1 or more.");
        }

        return new HubOptions
        {
            ReplayPerSecond = replayPerSecond,
            PublicUrl = url ?? new Uri("http://localhost:7071"),
            CachedJourneys = Math.Max(0, reader.Value("Hub:CachedJourneys", 20_000, "Write a whole number; 0 keeps no journey in memory.")),
        };
    }

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

    private static MailOptions ReadMail(SettingsReader reader)
    {
        var user = reader.Text("Mail:Smtp:User");
        var port = reader.Value("Mail:Smtp:Port", 587, "Write a port number, such as 587.");
        if (port is < 1 or > 65_535)
        {
            reader.Fault("Mail:Smtp:Port", $"'{port}' is no port. Write a number from 1 to 65535, such as 587.");
        }

        var from = reader.Text("Mail:From") ?? "hub@localhost.localdomain";
        if (!EmailAddress.TryParse(from, out _))
        {
            reader.Fault("Mail:From", "is no e-mail address. Write it as hub@example.com.");
        }

        return new MailOptions
        {
            From = from,
            Smtp = reader.Text("Mail:Smtp:Host") is not { } host ? null : new SmtpOptions
            {
                Host = host,
                Port = port,
                User = user,
                Password = reader.Text("Mail:Smtp:Password"),
                StartTls = reader.Value("Mail:Smtp:StartTls", user is not null, "Write true or false."),
            },
        };
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
