using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Recorded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Payloads;

/// <summary>The recorded deliveries under tests/Payloads, and the connectors they were recorded for.</summary>
internal static class Corpus
{
    public static string Folder { get; } = Repository.PathTo("tests", "Payloads");

    public static IConfiguration Settings { get; } = new ConfigurationBuilder().AddJsonFile(Path.Combine(Folder, "settings.json")).Build();

    public static ConnectorSet Connectors { get; } =
        new ServiceCollection().AddLogging().AddConnectors(Settings).BuildServiceProvider().GetRequiredService<ConnectorSet>();

    public static CaseReader Reader { get; } = new(Connectors, new Uri(Settings["Hub:PublicUrl"]!), TimeProvider.System);

    /// <summary>Gets the cases of every connector in the settings. A connector's folder has its name.</summary>
    public static IEnumerable<string> Cases => Connectors.All
        .SelectMany(connector => Directory.EnumerateFiles(Path.Combine(Folder, connector.Name), "*.http"))
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}
