using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Settings;

/// <summary>
/// The settings of a function app, as host and worker see them. In rising order: the defaults of the local services,
/// <c>local.settings.sample.json</c>, <c>local.settings.json</c>, then what the caller gives (environment and command
/// line).
/// </summary>
internal sealed partial class AppSettings
{
    private const string SampleFile = "local.settings.sample.json";
    private const string LocalFile = "local.settings.json";

    private readonly IConfiguration _values;
    private readonly IConfiguration _file;

    private AppSettings(IConfiguration values, IConfiguration file) => (_values, _file) = (values, file);

    /// <summary>Gets all settings with <c>:</c> between the parts of a key.</summary>
    public IConfiguration Values => _values;

    /// <summary>Gets the port that local.settings.json names under <c>Host</c>; null when it names none.</summary>
    public string? LocalHttpPort => _file["Host:LocalHttpPort"];

    /// <summary>
    /// Gets the settings in the form of environment variables, which is how a worker gets them. The addresses of the
    /// host are not the worker's.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
        from pair in _values.AsEnumerable()
        where pair.Value is not null && !pair.Key.Equals("urls", StringComparison.OrdinalIgnoreCase)
        select KeyValuePair.Create(pair.Key.Replace(":", "__", StringComparison.Ordinal), pair.Value);

    /// <summary>Gets a setting; null when it is missing or empty. Both <c>A:B</c> and <c>A__B</c> name it.</summary>
    public string? this[string name] => _values[Normalize(name)] is { Length: > 0 } value ? value : null;

    /// <summary>Reads the settings files of the app and puts what the caller gives above them.</summary>
    public static AppSettings Read(string applicationDirectory, IConfiguration given)
    {
        var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(applicationDirectory, LocalFile), optional: true).Build();
        var sample = new ConfigurationBuilder().AddJsonFile(Path.Combine(applicationDirectory, SampleFile), optional: true).Build();
        var values = new ConfigurationBuilder()
            .AddInMemoryCollection(ValuesOf(sample))
            .AddInMemoryCollection(ValuesOf(file))
            .AddConfiguration(given)
            .Build();
        return new(values, file);
    }

    /// <summary>Wraps settings as they are, without those of an app's files.</summary>
    public static AppSettings From(IConfiguration values) => new(values, new ConfigurationBuilder().Build());

    /// <summary>Puts values above everything that is set.</summary>
    public AppSettings With(IEnumerable<KeyValuePair<string, string?>> values) =>
        new(new ConfigurationBuilder().AddConfiguration(_values).AddInMemoryCollection(values).Build(), _file);

    /// <summary>Puts defaults below everything that is set.</summary>
    public AppSettings WithDefaults(IEnumerable<KeyValuePair<string, string?>> defaults) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(defaults).AddConfiguration(_values).Build(), _file);

    /// <summary>Returns whether a setting, or any setting below it, has a value.</summary>
    public bool IsSet(string name) =>
        _values.GetSection(Normalize(name)) is var section && (!string.IsNullOrEmpty(section.Value) || section.GetChildren().Any());

    /// <summary>
    /// Replaces each <c>%Name%</c> by the setting of that name and adds the names that are not set to
    /// <paramref name="missing"/>.
    /// </summary>
    public string Expand(string text, ICollection<string> missing) => Placeholder().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        if (this[name] is { } value)
        {
            return value;
        }

        missing.Add(name);
        return match.Value;
    });

    private static IEnumerable<KeyValuePair<string, string?>> ValuesOf(IConfiguration file) =>
        from pair in file.GetSection("Values").AsEnumerable(makePathsRelative: true)
        where pair.Value is not null
        select KeyValuePair.Create(Normalize(pair.Key), (string?)pair.Value);

    private static string Normalize(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
