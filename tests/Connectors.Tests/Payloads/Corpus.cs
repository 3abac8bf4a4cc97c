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

    public static IEnumerable<string> CasesOf(params string[] vendors) => vendors
        .SelectMany(vendor => Directory.EnumerateFiles(Path.Combine(Folder, vendor), "*.http"))
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}
