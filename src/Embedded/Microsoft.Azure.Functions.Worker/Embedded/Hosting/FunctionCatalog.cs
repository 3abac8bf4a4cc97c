using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The functions of an app.</summary>
internal static class FunctionCatalog
{
    /// <summary>Finds the functions of the given assemblies and of those that they use, but for the ones switched off by <c>AzureWebJobs.{name}.Disabled</c>.</summary>
    /// <exception cref="InvalidOperationException">A function cannot run, or two have one name.</exception>
    public static IReadOnlyList<Function> Find(IEnumerable<Assembly> roots, IConfiguration settings)
    {
        Function[] functions =
        [
            .. WithUsed(roots)
                .SelectMany(assembly => assembly.GetTypes())
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Where(method => method.GetCustomAttribute<FunctionAttribute>() is { } function && !IsDisabled(function.Name, settings))
                .Select(method => new Function(method))
                .OrderBy(function => function.Name, StringComparer.Ordinal),
        ];
        var twice = functions.GroupBy(each => each.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? functions
            : throw new InvalidOperationException($"Two functions are named {twice.Key}: {string.Join(" and ", twice.Select(each => each.EntryPoint))}.");
    }

    private static bool IsDisabled(string name, IConfiguration settings) =>
        settings[$"AzureWebJobs.{name}.Disabled"] is { } value && (value == "1" || (bool.TryParse(value, out var disabled) && disabled));

    private static IEnumerable<Assembly> WithUsed(IEnumerable<Assembly> roots)
    {
        var own = typeof(FunctionAttribute).Assembly.GetName().Name;
        var used = roots.SelectMany(root => root.GetReferencedAssemblies()).Where(name => !IsPlatform(name.Name!)).Select(Assembly.Load);
        return roots.Concat(used).Distinct().Where(each => each.GetReferencedAssemblies().Any(name => name.Name == own));
    }

    private static bool IsPlatform(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.", StringComparison.Ordinal)
        || name.StartsWith("Azure.", StringComparison.Ordinal)
        || name is "mscorlib" or "netstandard" or "System";
}
