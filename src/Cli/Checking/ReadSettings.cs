using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Checking;

/// <summary>Settings that note which of them are read, so that one that nobody reads is seen.</summary>
/// <param name="settings">The settings with colons.</param>
internal sealed class ReadSettings(IReadOnlyDictionary<string, string?> settings) : ConfigurationProvider, IConfigurationSource
{
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets what was asked for, in order.</summary>
    public IEnumerable<string> Asked => _read.Order(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc/>
    public override void Load() =>
        Data = settings.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool TryGet(string key, out string? value)
    {
        _read.Add(key);
        return base.TryGet(key, out value);
    }
}
