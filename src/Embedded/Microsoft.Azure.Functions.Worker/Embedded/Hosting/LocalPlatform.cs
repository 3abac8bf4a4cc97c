using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// What the app gets on one machine where its settings name nothing else: Azurite's tables, maildev's mailbox, a bus in this process,
/// all under the data directory. These are settings of lowest precedence; a part runs only while its setting is the one given here.
/// </summary>
internal sealed class LocalPlatform
{
    private const string Account = "devstoreaccount1";

    /// <summary>The key that Microsoft publishes for Azurite's account.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Storage = "AzureWebJobsStorage";
    private const string MailHost = "Mail:Smtp:Host";
    private const string MailPort = "Mail:Smtp:Port";
    private const string MailService = "Mail:AzureCommunication:Endpoint";
    private const string Bus = "ServiceBus";

    private readonly IConfiguration _settings;
    private readonly Dictionary<string, string?> _given = [];

    private LocalPlatform(IConfiguration settings)
    {
        _settings = settings;
        DataDirectory = Path.GetFullPath(settings["Hub:DataDirectory"] is { Length: > 0 } named ? named : ".hub");
    }

    /// <summary>Gets where everything is kept, as a full path.</summary>
    public string DataDirectory { get; }

    /// <summary>Gets the children to run: those whose setting is still the one given here.</summary>
    public IEnumerable<Child> Children
    {
        get
        {
            if (IsOurs(Storage))
            {
                yield return Azurite();
            }

            if (IsOurs(MailHost) && IsOurs(MailPort) && !IsSet(MailService))
            {
                yield return Maildev();
            }
        }
    }

    private int TablePort { get; set; }

    private int SmtpPort { get; set; }

    private int MailPagePort { get; set; }

    /// <summary>Puts the defaults under the settings.</summary>
    public static LocalPlatform AddTo(ConfigurationManager settings)
    {
        // As the tools do: what local.settings.json lists under Values is as if it stood in the environment, but below it.
        var values = new ConfigurationBuilder()
            .AddJsonFile(HostSettings.FindFile("local.settings.json") ?? Path.GetFullPath("local.settings.json"), optional: true)
            .Build().GetSection("Values").GetChildren()
            .ToDictionary(each => each.Key.Replace("__", ":", StringComparison.Ordinal), each => each.Value);
        settings.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values });

        var platform = new LocalPlatform(settings);
        platform.Give(new HostSettings(settings));
        settings.Sources.Insert(0, new MemoryConfigurationSource { InitialData = platform._given });
        return platform;
    }

    private static int PortNear(int wanted)
    {
        foreach (var port in new[] { wanted, 0 })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException e) when (port != 0 && e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                continue;
            }
        }

        throw new InvalidOperationException("This machine has no free port.");
    }

    private void Give(HostSettings host)
    {
        _given["urls"] = "http://localhost:7071";
        _given["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning";
        foreach (var (category, level) in host.LogLevels)
        {
            _given[$"Logging:LogLevel:{category}"] = level;
        }

        if (!IsSet(Storage))
        {
            TablePort = PortNear(10002);
            _given[Storage] =
                $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};TableEndpoint=http://127.0.0.1:{TablePort}/{Account};";
        }

        if (!IsSet(MailHost) && !IsSet(MailService))
        {
            SmtpPort = PortNear(1025);
            MailPagePort = PortNear(1080);
            (_given[MailHost], _given[MailPort]) = ("127.0.0.1", $"{SmtpPort}");
        }

        if (!IsSet(Bus) && Path.Combine(AppContext.BaseDirectory, "topology.json") is var topology && File.Exists(topology))
        {
            _given[Bus] = $"Endpoint=sb://embedded/;DataDirectory={Path.Combine(DataDirectory, "bus")};Topology={topology}";
        }
    }

    private bool IsSet(string key) => _settings.GetSection(key) is var section && (!string.IsNullOrEmpty(section.Value) || section.GetChildren().Any());

    private bool IsOurs(string key) => _given.TryGetValue(key, out var given) && _settings[key] == given;

    private Child Azurite() => new(
        "azurite",
        DataDirectory,
        $"Azurite tables on http://127.0.0.1:{TablePort}",
        "./azurite.cjs",
        ["--location", Path.Combine(DataDirectory, "azurite"), "--tableHost", "127.0.0.1", "--tablePort", $"{TablePort}", "--silent", "--skipApiVersionCheck", "--disableTelemetry"],
        TablePort);

    private Child Maildev() => new(
        "maildev",
        DataDirectory,
        $"maildev on port {SmtpPort}, its mailbox on http://127.0.0.1:{MailPagePort}",
        "maildev/bin/maildev",
        ["--ip", "127.0.0.1", "--smtp", $"{SmtpPort}", "--web-ip", "127.0.0.1", "--web", $"{MailPagePort}", "--mail-directory", Path.Combine(DataDirectory, "maildev")],
        SmtpPort);
}
