using System.Reflection;

namespace IntegrationHub.Tests.Support;

/// <summary>Where the files of the repository are.</summary>
public static class Repository
{
    private static readonly string Folder =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == nameof(Repository)).Value!;

    /// <summary>The full path of a file or folder.</summary>
    /// <param name="parts">The way to it from the root of the repository.</param>
    public static string PathTo(params IEnumerable<string> parts) => Path.Combine([Folder, .. parts]);
}
