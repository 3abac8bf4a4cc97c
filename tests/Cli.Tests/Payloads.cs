using System.Reflection;
using System.Text.Json.Nodes;

namespace IntegrationHub.Cli.Tests;

/// <summary>The recorded deliveries of the repository.</summary>
internal static class Payloads
{
    public static readonly string Repository =
        typeof(Payloads).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "Repository").Value!;

    public static readonly string Folder = Path.Combine(Repository, "tests", "Payloads");

    public static readonly string Settings = Path.Combine(Folder, "settings.json");

    /// <summary>The vendors that the settings connect.</summary>
    public static readonly string[] Connected =
        [.. JsonNode.Parse(File.ReadAllText(Settings))!["Connectors"]!.AsObject().Select(connector => connector.Key)];

    public static string[] CasesOf(string vendor) => [.. Directory.GetFiles(Path.Combine(Folder, vendor), "*.http").Order(StringComparer.Ordinal)];
}
