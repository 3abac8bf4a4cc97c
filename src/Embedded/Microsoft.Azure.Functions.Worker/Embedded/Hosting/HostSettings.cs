using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What host.json says, each value of which an app setting <c>AzureFunctionsJobHost__…</c> may replace, and what names in triggers stand for.</summary>
internal sealed partial class HostSettings
{
    private readonly IConfiguration _settings;
    private readonly IConfiguration _host;

    /// <summary>Reads host.json beside the app, else in the current directory or the nearest one above it that has one.</summary>
    public HostSettings(IConfiguration settings)
    {
        _settings = settings;
        var builder = new ConfigurationBuilder();
        if (FindFile("host.json") is { } path)
        {
            builder.AddJsonFile(path, optional: false);
        }

        _host = builder.AddConfiguration(settings.GetSection("AzureFunctionsJobHost")).Build();
    }

    /// <summary>Gets what stands before every route.</summary>
    public string RoutePrefix => _host["extensions:http:routePrefix"] ?? "api";

    /// <summary>Gets host.json's log levels by category.</summary>
    public IEnumerable<KeyValuePair<string, string?>> LogLevels =>
        _host.GetSection("logging:logLevel").GetChildren().Select(each => KeyValuePair.Create(each.Key, each.Value));

    /// <summary>Finds a file beside the app, else in the current directory or above it.</summary>
    public static string? FindFile(string name)
    {
        var places = new List<string> { AppContext.BaseDirectory };
        for (var directory = new DirectoryInfo(Directory.GetCurrentDirectory()); directory is not null; directory = directory.Parent)
        {
            places.Add(directory.FullName);
        }

        return places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Gets a value of host.json's <c>extensions.serviceBus</c>, or the host's own default.</summary>
    /// <exception cref="InvalidOperationException">It is no value of that kind.</exception>
    public T ServiceBus<T>(string name, T fallback)
        where T : IParsable<T>
    {
        var key = $"extensions:serviceBus:{name}";
        return _host[key] is not { } text ? fallback
            : T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
            : throw new InvalidOperationException($"host.json: {key} is '{text}', which is no {typeof(T).Name}.");
    }

    /// <summary>Puts the app settings in the place of each <c>%Name%</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no such setting.</exception>
    public string Resolve(Function function, string text) => Placeholder().Replace(text, match =>
        _settings[match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)] is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"Function {function.Name} needs the setting {match.Groups[1].Value}: its trigger says '{text}'."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
