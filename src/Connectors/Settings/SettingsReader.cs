using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Connectors.Settings;

/// <summary>Reads settings and collects their faults, so that the start fails once with all of them. A wrong value
/// counts as unset, so the rest is checked too. A fault never shows the value, which may be a secret.</summary>
public sealed class SettingsReader
{
    private const DateTimeStyles InUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private readonly IConfiguration _settings;
    private readonly string _path;
    private readonly List<string> _faults;

    /// <summary>Reads all settings.</summary>
    public SettingsReader(IConfiguration settings)
        : this(settings, "", [])
    {
    }

    private SettingsReader(IConfiguration settings, string path, List<string> faults)
    {
        _settings = settings;
        _path = path;
        _faults = faults;
    }

    /// <summary>Returns a reader of a section, whose faults go to this reader. A section may be one JSON object; keys
    /// beside it win.</summary>
    public SettingsReader Below(string section)
    {
        var below = _settings.GetSection(section);
        var expanded = string.IsNullOrWhiteSpace(below.Value) ? below : Expand(section, below);
        return new(expanded ?? below, $"{_path}{section}:", _faults) { IsBroken = expanded is null };
    }

    /// <summary>Adds a fault, once for each key.</summary>
    public void Fault(string key, string mustBe, string example)
    {
        var fault = $"{_path}{key}: must be {mustBe}, for example {example}.";
        if (!_faults.Contains(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Gets a value indicating whether the section is a text but not a JSON object, which is a fault
    /// already.</summary>
    public bool IsBroken { get; private init; }

    /// <summary>Throws when there are faults.</summary>
    /// <exception cref="InvalidSettingsException">Lists all of them.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidSettingsException(_faults);
        }
    }

    /// <summary>Returns the names below a section.</summary>
    public IEnumerable<string> Names(string section) => _settings.GetSection(section).GetChildren().Select(child => child.Key);

    /// <summary>Adds a fault for every unknown name below a section: a mistyped name would leave its setting at the
    /// default.</summary>
    public void OnlyKnown(string section, params IReadOnlyCollection<string> known)
    {
        foreach (var unknown in Names(section).Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            Fault($"{section}:{unknown}", $"one of {string.Join(", ", known)}", $"{_path}{section}:{known.First()}");
        }
    }

    /// <summary>Returns a trimmed text; null when it is blank or not set.</summary>
    public string? Text(string key) => _settings[key] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    /// <summary>Returns a text; empty, with a fault, when it is not set.</summary>
    public string Required(string key, string mustBe, string example)
    {
        if (Text(key) is { } text)
        {
            return text;
        }

        Fault(key, mustBe, example);
        return "";
    }

    /// <summary>Returns a text that satisfies a condition; null when it is not set.</summary>
    public string? Text(string key, Predicate<string> isRight, string mustBe, string example) =>
        Parse(key, text => isRight(text) ? text : null, mustBe, example);

    /// <summary>Whether a setting is the word "off".</summary>
    public bool IsOff(string key) => "off".Equals(Text(key), StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a list from one text with commas or from indexed keys. Blanks are left out.</summary>
    public IReadOnlyList<string> List(string key, params IReadOnlyList<string> fallback)
    {
        var values = Text(key)?.Split(',') ?? _settings.GetSection(key).GetChildren().Select(child => child.Value);
        IReadOnlyList<string> given = [.. values.OfType<string>().Select(value => value.Trim()).Where(value => value.Length > 0)];
        return given.Count > 0 ? given : fallback;
    }

    /// <summary>Returns a value within its limits, or the fallback.</summary>
    public T Value<T>(string key, T fallback, Predicate<T> isRight, string mustBe, string example)
        where T : struct, IParsable<T> => Value(key, isRight, mustBe, example) ?? fallback;

    /// <summary>Returns a value within its limits; null when it is not set.</summary>
    public T? Value<T>(string key, Predicate<T> isRight, string mustBe, string example)
        where T : struct, IParsable<T> =>
        Parse<T?>(
            key, text => TryParse<T>(text, out var value) && isRight(value) ? value : null, mustBe, example);

    /// <summary>Returns true or false.</summary>
    public bool Flag(string key, bool fallback) => Value<bool>(key, fallback, _ => true, "true or false", fallback ? "false" : "true");

    /// <summary>Returns a time span above zero; null when it is not set.</summary>
    public TimeSpan? Duration(string key) =>
        Value<TimeSpan>(key, duration => duration > TimeSpan.Zero, "a time longer than zero as d.hh:mm:ss", "2.00:00:00");

    /// <summary>Returns a time span between two limits, both inclusive.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan shortest, TimeSpan longest) => Value(
        key,
        fallback,
        duration => duration >= shortest && duration <= longest,
        $"a time from {shortest:c} to {longest:c} as d.hh:mm:ss",
        fallback.ToString("c"));

    /// <summary>Returns an instant in ISO 8601, in UTC when it has no offset; null when it is not set.</summary>
    public DateTimeOffset? Instant(string key) => Parse<DateTimeOffset?>(
        key,
        text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, InUtc, out var instant) ? instant : null,
        "an instant in ISO 8601",
        "2026-03-02T00:00:00Z");

    /// <summary>Returns a web address; null when it is not set.</summary>
    public Uri? Url(string key, string example, bool secure = false) => Parse(
        key,
        text =>
            Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && !secure)) ? url : null,
        secure ? "an https address" : "an http or https address",
        example);

    /// <summary>Returns the address of a tool; null when it is not set. Secrets travel there, so it is encrypted unless
    /// it is on this machine.</summary>
    public Uri? ToolUrl(string key, string example) => Parse(
        key,
        text => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback))
            ? url : null,
        "an https address, or an http address of this machine",
        example);

    /// <summary>Returns an enum value by name, ignoring case; null when it is not set.</summary>
    public T? Named<T>(string key)
        where T : struct, Enum => Text(key) is { } text ? Named<T>(key, text) : null;

    /// <summary>Parses an enum value that was read at a key; null, with a fault, when it is unknown.</summary>
    public T? Named<T>(string key, string text)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(text, ignoreCase: true);
        }

        Fault(key, $"one of {string.Join(", ", names).ToLowerInvariant()}", names[0].ToLowerInvariant());
        return null;
    }

    /// <summary>Parses a setting; null when it is not set, or with a fault when it is invalid.</summary>
    public T? Parse<T>(string key, Func<string, T?> read, string mustBe, string example)
    {
        if (Text(key) is not { } text)
        {
            return default;
        }

        if (read(text) is { } value)
        {
            return value;
        }

        Fault(key, mustBe, example);
        return default;
    }

    /// <summary>Parses a value. A time has at most 23 hours beside its days: the runtime's own parser takes 48:00:00
    /// for 48 days.</summary>
    private static bool TryParse<T>(string text, out T value)
        where T : struct, IParsable<T>
    {
        if (typeof(T) != typeof(TimeSpan))
        {
            return T.TryParse(text, CultureInfo.InvariantCulture, out value);
        }

        var parsed = TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time);
        value = (T)(object)time;
        return parsed;
    }

    private IConfiguration? Expand(string key, IConfigurationSection section)
    {
        try
        {
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(section.Value!));
            return new ConfigurationBuilder().AddJsonStream(json).AddConfiguration(section).Build();
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidDataException)
        {
            Fault(key, "a JSON object", """{"Type":"HubSpot","ClientSecret":"…"}""");
            return null;
        }
    }
}
