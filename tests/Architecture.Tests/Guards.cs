using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace IntegrationHub.Architecture.Tests;

/// <summary>The guards. Each checks names or a file's text and returns the faults. They read no disk, so a test can give each a fault.</summary>
internal static partial class Guards
{
    /// <summary>The layers that a layer may depend on. Dependencies point down only.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Funnel"] = [],
        ["Connectors"] = ["Funnel"],
        ["Functions"] = ["Funnel", "Connectors"],
        ["Cli"] = ["Funnel", "Connectors", "Functions"],
        ["LocalPlatform"] = [],
        ["ServiceBusExtension"] = [],
    };

    private const int MostDependencies = 8;

    private static readonly string[] SayNothing = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Service", "Services", "Data", "Info"];

    /// <summary>References to our own assemblies that point up or sideways.</summary>
    public static IEnumerable<string> ArrowsUp(string layer, IEnumerable<string> references) =>
        references.Where(reference => reference.StartsWith("IntegrationHub.", StringComparison.Ordinal) && !MayKnow[layer].Contains(reference["IntegrationHub.".Length..]));

    /// <summary>References beyond the runtime.</summary>
    public static IEnumerable<string> BeyondRuntime(IEnumerable<string> references) =>
        references.Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal) && reference is not ("System" or "mscorlib" or "netstandard"));

    /// <summary>
    /// References of a project file to projects that its folder may not know. One that only orders the build is none. The stand-in comes through the
    /// one mapping and nowhere else.
    /// </summary>
    public static IEnumerable<string> ProjectArrowsUp(string layer, SourceFile project) =>
        from reference in XDocument.Parse(project.Text).Descendants("ProjectReference")
        where (string?)reference.Attribute("ReferenceOutputAssembly") != "false"
        let parts = ((string?)reference.Attribute("Include") ?? "").Split('/', '\\')
        where !MayKnow[layer].Any(parts.Contains)
        select $"{project.Path}: {string.Join('/', parts)}";

    /// <summary>Projects that are named for somebody else's package.</summary>
    public static IEnumerable<string> StandsInForPackage(SourceFile project) =>
        project.Path.Split('/')[^1].StartsWith("IntegrationHub.", StringComparison.Ordinal) ? [] : [project.Path];

    /// <summary>Source files that a project includes from elsewhere.</summary>
    public static IEnumerable<string> LinkedSources(SourceFile project) =>
        from compiled in XDocument.Parse(project.Text).Descendants("Compile")
        where ((string?)compiled.Attribute("Include") ?? "").Contains("..", StringComparison.Ordinal)
        select $"{project.Path}: {(string?)compiled.Attribute("Include")}";

    /// <summary>Code that is compiled under a condition.</summary>
    public static IEnumerable<string> ConditionalCode(SourceFile file) => Find(file, Condition());

    /// <summary>What is unfinished, switched off, or waits for luck.</summary>
    public static IEnumerable<string> Unfinished(SourceFile file) => Find(file, LeftOver());

    /// <summary>Clocks, chance and the outside world.</summary>
    public static IEnumerable<string> OutsideWorld(SourceFile file) => Find(file, WorldOutside());

    /// <summary>Type names that end in a word that says nothing.</summary>
    public static IEnumerable<string> NamesThatSayNothing(IEnumerable<string> typeNames) =>
        typeNames.Where(name => SayNothing.Any(word => name.EndsWith(word, StringComparison.Ordinal)));

    /// <summary>Classes with more than eight dependencies: that is two classes in one. A record has values, not dependencies.</summary>
    public static IEnumerable<string> DependencyHeavy(IEnumerable<Type> types) =>
        from type in types
        where type is { IsClass: true } && type.GetMethod("<Clone>$") is null
        where type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Any(constructor => constructor.GetParameters().Length > MostDependencies)
        select type.Name;

    /// <summary>
    /// Public classes and structs that do not stand in a file of their name. Records, enums and interfaces that make sense only together may share a file
    /// that is named for the idea, and so may a class if the file is its plural.
    /// </summary>
    public static IEnumerable<string> TypesInForeignFiles(SourceFile file)
    {
        var fileName = file.Path.Split('/')[^1].Split('.')[0];
        return PublicType().Matches(file.Text)
            .Where(type => type.Groups["kind"].Value is "class" or "struct" && fileName != type.Groups["name"].Value && fileName != $"{type.Groups["name"].Value}s")
            .Select(type => $"{file.Path}: {type.Groups["name"].Value}");
    }

    private static IEnumerable<string> Find(SourceFile file, Regex pattern) =>
        pattern.Matches(file.Text).Select(match => $"{file.Path}({file.Text.AsSpan(0, match.Index).Count('\n') + 1}): {match.Value}");

    [GeneratedRegex(@"^\s*#(if|elif)\b.*", RegexOptions.Multiline)]
    private static partial Regex Condition();

    [GeneratedRegex(@"\bNotImplementedException\b|//.*\b(TODO|FIXME|HACK)\b|#pragma warning disable|\bcatch\s*(\([^)]*\))?\s*\{\s*\}|\bThread\.Sleep\b")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"\b(UtcNow|DateTime(Offset)?\.(Now|Today)|TimeProvider|Stopwatch|TickCount(64)?|Guid\.NewGuid|new Random|Random\.Shared|System\.IO|System\.Net\.(Http|Sockets)|Console|Environment)\b")]
    private static partial Regex WorldOutside();

    [GeneratedRegex(@"^public (?:(?:sealed|static|abstract|partial|readonly|ref) )*(?<kind>class|struct|record(?: class| struct)?|interface|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();
}
