using System.Globalization;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads settings one by one and keeps every fault, so that the host can stop once with all of them.</summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _faults = [];

    /// <summary>Notes what is wrong with a key and what would be right: once, however often it is read.</summary>
    public void Fault(string key, string whatWouldBeRight)
    {
        var fault = $"{key}: {whatWouldBeRight}";
        if (!_faults.Contains(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Stops if anything was wrong.</summary>
    /// <exception cref="InvalidSettingsException">Something was; it lists all faults.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidSettingsException(_faults);
        }
    }

    /// <summary>The names below a section.</summary>
    public IEnumerable<string> Names(string section) => configuration.GetSection(section).GetChildren().Select(child => child.Key);

    /// <summary>The names of the connectors that can do <typeparamref name="T"/>, in lower case and in order.</summary>
    public IReadOnlyList<string> ConnectorsOfType<T>()
        where T : class, IConnector => ConnectorRegistration.NamesOf<T>(configuration);

    /// <summary>Notes every name below a section that is none of these, whatever its case.</summary>
    public void OnlyKnown(string section, params IReadOnlyCollection<string> known)
    {
        foreach (var unknown in Names(section).Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            Fault($"{section}:{unknown}", $"is no setting. Below {section} there may be {string.Join(", ", known)}.");
        }
    }

    /// <summary>A text; blank counts as not set.</summary>
    public string? Text(string key) => configuration[key] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    /// <summary>Whether a setting is switched off by the word "off".</summary>
    public bool IsOff(string key) => "off".Equals(Text(key), StringComparison.OrdinalIgnoreCase);

    /// <summary>A list: one text with commas, or indexed keys. Blanks are left out.</summary>
    public IReadOnlyList<string> List(string key) =>
        Text(key) is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. configuration.GetSection(key).GetChildren().Select(child => child.Value?.Trim()).Where(value => !string.IsNullOrEmpty(value)).Select(value => value!)];

    /// <summary>A value that has to be read; a fault and the fallback where it cannot be.</summary>
    public T Value<T>(string key, T fallback, string whatWouldBeRight)
        where T : IParsable<T>
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (T.TryParse(text, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        Fault(key, $"'{text}' cannot be read. {whatWouldBeRight}");
        return fallback;
    }

    /// <summary>A span of working time, <c>d.hh:mm:ss</c>, above zero; null where it is not set.</summary>
    public TimeSpan? Duration(string key)
    {
        var duration = Value(key, TimeSpan.MinValue, "Write working time as d.hh:mm:ss, such as 2.00:00:00 or 04:00:00.");
        if (duration == TimeSpan.MinValue)
        {
            return null;
        }

        if (duration <= TimeSpan.Zero)
        {
            Fault(key, "must be longer than zero. Leave it out for no limit.");
            return null;
        }

        return duration;
    }

    /// <summary>A list of waits, each above zero.</summary>
    public IReadOnlyList<TimeSpan> Durations(string key)
    {
        var durations = new List<TimeSpan>();
        foreach (var text in List(key))
        {
            if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero)
            {
                durations.Add(duration);
            }
            else
            {
                Fault(key, $"'{text}' is no wait. Write waits as 00:00:05,00:01:00.");
            }
        }

        return durations;
    }
}
