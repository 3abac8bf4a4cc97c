using System.Globalization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Connectors.Settings;

/// <summary>The settings of one connector, read key by key. What is wrong is collected under its full key; the reading goes on with a value that lets the rest be checked.</summary>
public sealed class ConnectorSettings(string name, IConfiguration section, ICollection<string> faults)
{
    /// <summary>Gets the connector's name, lower case.</summary>
    public string Name { get; } = name.ToLowerInvariant();

    /// <summary>Gets the ids of the users whom the hub's routes give leads in this tool, by the setting that names each (<c>Owners:{name}:Id:{connector}</c>).</summary>
    public IReadOnlyDictionary<string, string> Owners { get; init; } = new Dictionary<string, string>();

    /// <summary>The value of a key; null where it is missing or blank.</summary>
    public string? Text(string key) => section[key] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    /// <summary>The value of a key that must be there.</summary>
    /// <param name="key">The key below <c>Connectors:{name}</c>.</param>
    /// <param name="right">What would be right, as the end of a sentence.</param>
    public string Required(string key, string right)
    {
        if (Text(key) is { } text)
        {
            return text;
        }

        Fault(key, $"is missing: {right}");
        return "";
    }

    /// <summary>An absolute http or https URL.</summary>
    public Uri Url(string key, string fallback)
    {
        if (Uri.TryCreate(Text(key) ?? fallback, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp))
        {
            return url;
        }

        Fault(key, $"is no URL: a value like {fallback} would be right");
        return new(fallback);
    }

    /// <summary>A whole number above zero; null where it is missing.</summary>
    public long? Number(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        Fault(key, "is no whole number: digits only would be right");
        return null;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        Fault(key, "is neither true nor false: one of them would be right");
        return fallback;
    }

    /// <summary>A duration from zero to one day, as <c>hh:mm:ss</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration >= TimeSpan.Zero && duration <= TimeSpan.FromDays(1))
        {
            return duration;
        }

        Fault(key, $"is no duration from 00:00:00 to 1.00:00:00: a value like {fallback:c} would be right");
        return fallback;
    }

    /// <summary>An instant in ISO 8601 with its offset; null where it is missing.</summary>
    public DateTimeOffset? Instant(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
        {
            return instant;
        }

        Fault(key, "is no point in time: a value like 2026-03-02T00:00:00Z would be right");
        return null;
    }

    /// <summary>A list: the values of the key's children, or one text with commas.</summary>
    public IReadOnlyList<string> List(string key, params IReadOnlyList<string> fallback)
    {
        var values = section.GetSection(key).GetChildren().Select(child => child.Value).Concat(Text(key)?.Split(',') ?? []);
        IReadOnlyList<string> given = [.. values.OfType<string>().Select(value => value.Trim()).Where(value => value.Length > 0)];
        return given.Count > 0 ? given : fallback;
    }

    /// <summary>A map from the vendor's stages of persons to ours: the defaults, overruled by <c>{key}:{raw}</c>.</summary>
    public StageMap<FunnelStage> Stages(string key, IReadOnlyDictionary<string, FunnelStage> defaults) =>
        Map(key, defaults, "a stage of the funnel (awareness, interest, evaluation, commitment, referral, repeat)", text => Stage(text));

    /// <summary>A map from the vendor's stages of deals to ours: the defaults, overruled by <c>{key}:{raw}</c>, where <c>won</c> and <c>lost</c> are allowed too.</summary>
    public StageMap<DealStageMeaning> DealStages(string key, IReadOnlyDictionary<string, DealStageMeaning> defaults) =>
        Map(key, defaults, "a stage of the funnel (awareness, interest, evaluation, commitment, referral, repeat), won or lost", text => text.ToLowerInvariant() switch
        {
            "won" => DealStageMeaning.Won,
            "lost" => DealStageMeaning.Lost,
            _ => Stage(text) is { } stage ? DealStageMeaning.Open(stage) : null,
        });

    /// <summary>Says that the id of a user in <see cref="Owners"/> is not right.</summary>
    public void FaultOfOwner(string setting, string what) => faults.Add($"{setting} {what}.");

    /// <summary>Says that the value of a key is not right.</summary>
    public void Fault(string key, string what) => faults.Add($"Connectors:{Name}:{key} {what}.");

    private static FunnelStage? Stage(string text) =>
        Enum.TryParse<FunnelStage>(text, ignoreCase: true, out var stage) && !char.IsAsciiDigit(text[0]) && Enum.IsDefined(stage) ? stage : null;

    private StageMap<T> Map<T>(string key, IReadOnlyDictionary<string, T> defaults, string right, Func<string, object?> read)
        where T : notnull
    {
        var map = new Dictionary<string, T>(defaults, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetSection(key).GetChildren())
        {
            if (child.Value?.Trim() is { Length: > 0 } text && read(text) is T meaning)
            {
                map[child.Key] = meaning;
            }
            else
            {
                Fault($"{key}:{child.Key}", $"maps to nothing: {right} would be right");
            }
        }

        return new(map);
    }
}
