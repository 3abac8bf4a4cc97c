using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Infra.Tests;

/// <summary>Settings that note which of them are asked for.</summary>
internal sealed class WatchedSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    public WatchedSettings(IReadOnlyDictionary<string, string> settings)
    {
        Data = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.OrdinalIgnoreCase);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override bool TryGet(string key, out string? value)
    {
        _asked.Add(key);
        return base.TryGet(key, out value);
    }

    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        _asked.Add(parentPath ?? "");
        return base.GetChildKeys(earlierKeys, parentPath);
    }

    /// <summary>The names asked for right below a section, in order.</summary>
    public IEnumerable<string> Below(string section) => _asked
        .Where(key => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase))
        .Select(key => key[(section.Length + 1)..].Split(':')[0])
        .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
}
