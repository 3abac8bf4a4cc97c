using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace IntegrationHub.Cli.Bicep;

/// <summary>Finds the Bicep compiler on this machine. It downloads nothing.</summary>
internal static class BicepProgram
{
    /// <summary>The sentence for people who have none.</summary>
    public const string Missing =
        "The Bicep compiler is missing: install it with `az bicep install`, or name it with --bicep or in the variable BICEP.";

    private const string Package = "azure.bicep.commandline.";

    /// <summary>
    /// Returns the compiler: the one that is named, else that of the package that this project restores, else any
    /// version in the package folder, on the path, or where the Azure CLI puts it.
    /// </summary>
    /// <param name="named">The option; null for the variable <c>BICEP</c>, if that is set.</param>
    /// <param name="program">The compiler's file.</param>
    /// <returns>False when there is none.</returns>
    public static bool TryFind(string? named, [NotNullWhen(true)] out string? program)
    {
        var chosen = named ?? Environment.GetEnvironmentVariable("BICEP");
        program = string.IsNullOrEmpty(chosen) ? Candidates().FirstOrDefault(File.Exists) : File.Exists(chosen) ? chosen : null;
        return program is not null;
    }

    private static IEnumerable<string> Candidates()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var name = OperatingSystem.IsWindows() ? "bicep.exe" : "bicep";
        if (Pinned() is { } pinned)
        {
            yield return pinned;
        }

        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        var ofThisMachine = Path.Combine(packages, $"{Package}{RuntimeInformation.RuntimeIdentifier}");
        var versions = Directory.Exists(ofThisMachine) ? Directory.GetDirectories(ofThisMachine) : [];
        foreach (var version in versions.OrderDescending(StringComparer.Ordinal))
        {
            yield return Path.Combine(version, "tools", name);
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            yield return Path.Combine(folder, name);
        }

        yield return Path.Combine(home, ".azure", "bin", name);
    }

    private static string? Pinned() =>
        typeof(BicepProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(each => each.Key == "BicepPath")?.Value;
}
