using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>
/// What the app gets on one machine where its settings name nothing else: Azurite's tables, maildev's mailbox, a bus in this process,
/// all under the data directory. These are settings of lowest precedence; a part runs only while its setting is the one given here.
/// </summary>
internal sealed class LocalPlatform : IDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The key that Microsoft publishes for Azurite's account.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Storage = "AzureWebJobsStorage";
    private const string MailHost = "Mail:Smtp:Host";
    private const string MailPort = "Mail:Smtp:Port";
    private const string MailService = "Mail:AzureCommunication:Endpoint";

    /// <summary>Where a person reads what maildev got. No part of the app needs it; who starts the app may ask.</summary>
    private const string MailPage = "Mail:Page";
    private const string Bus = "ServiceBus";

    private readonly IConfiguration _settings;
    private readonly List<Socket> _reserved = [];
    private readonly List<FileStream> _claims = [];
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

    /// <inheritdoc/>
    public void Dispose()
    {
        FreePorts();
        _claims.ForEach(claim => claim.Dispose());
        _claims.Clear();
    }

    /// <summary>Lets go of the ports, for the children to take them.</summary>
    public void FreePorts()
    {
        _reserved.ForEach(socket => socket.Dispose());
        _reserved.Clear();
    }

    /// <summary>Takes a port, the wanted one if it is free, and keeps it from others until the children start.</summary>
    private int ReservePort(int wanted)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, wanted != 0 && Claim(wanted) ? wanted : 0));
            socket.Listen();
            _reserved.Add(socket);
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException) when (wanted != 0)
        {
            socket.Dispose();
            return ReservePort(0);
        }
    }

    /// <summary>
    /// Makes a well-known port ours among all apps on this machine until we end: between our letting go of it and the child's taking it,
    /// another app that starts would find it free.
    /// </summary>
    private bool Claim(int port)
    {
        try
        {
            _claims.Add(new(Path.Combine(Path.GetTempPath(), $"integration-hub-port-{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
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
            TablePort = ReservePort(10002);
            _given[Storage] =
                $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};TableEndpoint=http://127.0.0.1:{TablePort}/{Account};";
        }

        if (!IsSet(MailHost) && !IsSet(MailService))
        {
            SmtpPort = ReservePort(1025);
            MailPagePort = ReservePort(1080);
            (_given[MailHost], _given[MailPort], _given[MailPage]) = ("127.0.0.1", $"{SmtpPort}", $"http://127.0.0.1:{MailPagePort}");
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
