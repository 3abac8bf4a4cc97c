using System.Reflection;

namespace IntegrationHub.Architecture.Tests;

/// <summary>The repository as it lies on disk, and the assemblies built of it.</summary>
internal static class SourceTree
{
    public static readonly string Root = FindRoot();

    /// <summary>What ships, from the bottom up: folders under src, each with an assembly.</summary>
    public static readonly string[] Layers = ["Funnel", "Connectors", "Functions", "Cli"];

    /// <summary>What stands beside it: what Azure provides, on one machine, and the stand-in for the one package that not every machine can restore.</summary>
    public static readonly string[] Beside = ["LocalPlatform", "ServiceBusExtension"];

    /// <summary>All files below the given folders (relative to the root) with one of the endings, without what the build makes or packages bring.</summary>
    public static IEnumerable<SourceFile> Files(IEnumerable<string> folders, params string[] endings) =>
        from folder in folders
        from file in Walk(new(Path.Combine(Root, folder)))
        where endings.Any(ending => file.Name.EndsWith(ending, StringComparison.Ordinal))
        select new SourceFile(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName));

    /// <summary>The folders in a folder that hold a project.</summary>
    public static IEnumerable<string> Folders(string folder) => Files([folder], ".csproj").Select(project => project.Path[..project.Path.LastIndexOf('/')]);

    public static Assembly Layer(string name) => Assembly.Load($"IntegrationHub.{name}");

    /// <summary>What an assembly's code uses. A reference that no code uses is not listed.</summary>
    public static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(reference => reference.Name ?? "");

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        !folder.Exists || folder.Name is "bin" or "obj" or "node_modules" ? [] : folder.EnumerateFiles().Concat(folder.EnumerateDirectories().SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "IntegrationHub.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"IntegrationHub.sln is not above {AppContext.BaseDirectory}.");
    }
}

/// <summary>One file: its path from the repository's root, with slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text);
