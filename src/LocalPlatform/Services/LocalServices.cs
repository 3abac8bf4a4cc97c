using System.Reflection;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using IntegrationHub.LocalPlatform.ServiceBus;

namespace IntegrationHub.LocalPlatform.Services;

/// <summary>
/// The services of a function app whose settings name none: Azurite's tables and blobs, maildev's
/// mailbox, a Service Bus broker, all under the data directory and each a process of its own.
/// </summary>
internal sealed class LocalServices : IDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The key that Microsoft publishes for Azurite's account.</summary>
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Loopback = "127.0.0.1";

    private static readonly Assembly Platform = typeof(LocalServices).Assembly;

    private readonly string _dataDirectory;
    private readonly PortReservation _ports = new();
    private readonly List<Child> _children = [];
    private readonly Dictionary<string, string?> _settings = [];

    private LocalServices(string dataDirectory) => _dataDirectory = dataDirectory;

    /// <summary>Gets the settings by which the app reaches the services.</summary>
    public IReadOnlyDictionary<string, string?> Settings => _settings;

    /// <summary>Gets the programs to run, in no order.</summary>
    public IReadOnlyList<Child> Children => _children;

    /// <summary>Chooses the services that an app needs and reserves their ports.</summary>
    /// <param name="settings">What is set already and needs no service here.</param>
    /// <param name="dataDirectory">Where everything is kept, as a full path.</param>
    /// <param name="topology">Describes the broker's entities; null for no broker.</param>
    public static LocalServices For(AppSettings settings, string dataDirectory, string? topology)
    {
        var services = new LocalServices(dataDirectory);
        if (!settings.IsSet("AzureWebJobsStorage"))
        {
            services.AddAzurite();
        }

        if (!settings.IsSet("Mail:Smtp:Host") && !settings.IsSet("Mail:AzureCommunication:Endpoint"))
        {
            services.AddMaildev();
        }

        if (!settings.IsSet("ServiceBus") && topology is not null)
        {
            services.AddBus(topology);
        }

        return services;
    }

    /// <summary>Releases the ports for the children.</summary>
    public void FreePorts() => _ports.Free();

    /// <inheritdoc/>
    public void Dispose() => _ports.Dispose();

    private void AddAzurite()
    {
        var (blobs, tables) = (_ports.Take(10000), _ports.Take(10002));
        _settings["AzureWebJobsStorage"] =
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};"
            + $"BlobEndpoint=http://{Loopback}:{blobs}/{Account};TableEndpoint=http://{Loopback}:{tables}/{Account};";
        string[] arguments =
        [
            "--location", Path.Combine(_dataDirectory, "azurite"),
            "--tableHost", Loopback,
            "--tablePort", $"{tables}",
            "--blobHost", Loopback,
            "--blobPort", $"{blobs}",
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
        ];
        AddNode(
            "azurite",
            $"Azurite: tables on port {tables}, blobs on port {blobs}",
            "./azurite.cjs",
            arguments,
            [tables, blobs]);
    }

    private void AddMaildev()
    {
        var (smtp, page) = (_ports.Take(1025), _ports.Take(1080));
        _settings["Mail:Smtp:Host"] = Loopback;
        _settings["Mail:Smtp:Port"] = $"{smtp}";

        // The page where people read the mails. Only whoever starts the app needs it.
        _settings["Mail:Page"] = $"http://{Loopback}:{page}";
        string[] arguments =
        [
            "--ip", Loopback,
            "--smtp", $"{smtp}",
            "--web-ip", Loopback,
            "--web", $"{page}",
            "--mail-directory", Path.Combine(_dataDirectory, "maildev"),
        ];
        AddNode(
            "maildev",
            $"maildev: SMTP on port {smtp}, mailbox on http://{Loopback}:{page}",
            "maildev/bin/maildev",
            arguments,
            [smtp],
            isNeededAtStart: false);
    }

    private void AddBus(string topology)
    {
        var port = _ports.Take(5672);
        _settings["ServiceBus"] = LocalBus.ConnectionStringFor(port);
        string[] arguments =
            [Platform.Location, "bus", "--port", $"{port}", "--data", Path.Combine(_dataDirectory, "bus"), "--topology", topology];
        _children.Add(new(new($"Service Bus broker: port {port}", LogFile("bus"), "dotnet", arguments, [port])
        {
            Environment = BusCommand.Environment,
        }));
    }

    /// <summary>Adds a node program, which a script of this project makes end with its standard input.</summary>
    private void AddNode(string name, string description, string script, string[] arguments, int[] ports, bool isNeededAtStart = true)
    {
        var scripts = Platform.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Children").Value!;
        string[] command = [Path.Combine(scripts, "guard.cjs"), Path.Combine(_dataDirectory, name), LogFile(name), script, .. arguments];
        _children.Add(new(new(description, LogFile(name), "node", command, ports) { IsNeededAtStart = isNeededAtStart }));
    }

    private string LogFile(string name) => Path.Combine(_dataDirectory, "logs", name + ".log");
}
