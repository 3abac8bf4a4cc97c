using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Settings;

/// <summary>
/// The content of host.json. A setting <c>AzureFunctionsJobHost__a__b</c> replaces the value <c>a.b</c> of the file.
/// </summary>
/// <param name="RoutePrefix">What stands before every route; may be empty.</param>
/// <param name="FunctionTimeout">How long a function may run; null for no limit.</param>
/// <param name="ServiceBus">How messages are received.</param>
/// <param name="HttpLimits">How many requests are served at once.</param>
/// <param name="LogLevels">Lowest level to log, by category; <c>Default</c> for all others.</param>
internal sealed record HostJson(
    string RoutePrefix, HttpLimits HttpLimits, TimeSpan? FunctionTimeout, ServiceBusSettings ServiceBus,
    IReadOnlyDictionary<string, LogLevel> LogLevels)
{
    private const string FileName = "host.json";
    private const string Unlimited = "-1";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Keys that are honoured, or that only matter on Azure. A trailing colon stands for everything below.
    /// </summary>
    private static readonly string[] Known =
    [
        "version",
        "functionTimeout",
        "telemetryMode",
        "logging:logLevel:",
        "logging:applicationInsights:",
        "extensions:http:routePrefix",
        "extensions:http:maxConcurrentRequests",
        "extensions:http:maxOutstandingRequests",
        "extensions:serviceBus:autoCompleteMessages",
        "extensions:serviceBus:maxAutoLockRenewalDuration",
        "extensions:serviceBus:maxConcurrentCalls",
        "extensions:serviceBus:maxMessageBatchSize",
        "extensions:serviceBus:prefetchCount",
    ];

    /// <summary>Reads host.json of an app.</summary>
    /// <exception cref="InvalidConfigurationException">A value cannot be read, or asks for what the local host does not
    /// do.</exception>
    public static HostJson Read(string applicationDirectory, AppSettings settings)
    {
        var path = Path.Combine(applicationDirectory, FileName);
        if (!File.Exists(path))
        {
            throw new InvalidConfigurationException([$"{path} is missing: a function app has a host.json beside its assembly."]);
        }

        IConfiguration file;
        var overrides = settings.Values.GetSection("AzureFunctionsJobHost");
        try
        {
            file = new ConfigurationBuilder().AddJsonFile(path).AddConfiguration(overrides).Build();
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new InvalidConfigurationException([$"{path} is not valid JSON. {e.InnerException?.Message ?? e.Message}"]);
        }

        var reader = new Reader(file);
        reader.RefuseUnknown();
        var read = new HostJson(
            reader.RoutePrefix(overrides),
            reader.HttpLimits(),
            reader.Timeout(),
            reader.ServiceBus(),
            reader.LogLevels());
        return reader.Faults.Count == 0 ? read : throw new InvalidConfigurationException(reader.Faults);
    }

    private sealed class Reader(IConfiguration file)
    {
        public List<string> Faults { get; } = [];

        public void RefuseUnknown()
        {
            if (file["version"] is { } version && version != "2.0")
            {
                Faults.Add($"host.json: version is '{version}'; it must be '2.0'.");
            }

            foreach (var (key, value) in file.AsEnumerable())
            {
                if (value is not null && !Known.Any(known => IsKnown(key, known)))
                {
                    Faults.Add(
                        $"host.json: {key.Replace(':', '.')} is not supported by the local host. "
                        + "Remove it, or run the app with Core Tools.");
                }
            }
        }

        /// <summary>The worker reads the prefix itself, and from the file alone.</summary>
        public string RoutePrefix(IConfiguration overrides)
        {
            if (overrides["extensions:http:routePrefix"] is { } prefix)
            {
                Faults.Add(
                    $"AzureFunctionsJobHost:extensions:http:routePrefix: is '{prefix}', but a worker takes "
                    + "the prefix from host.json alone. Set it there.");
            }

            return (file["extensions:http:routePrefix"] ?? "api").Trim('/');
        }

        public HttpLimits HttpLimits() => new(Limit("maxConcurrentRequests"), Limit("maxOutstandingRequests"));

        private int? Limit(string name)
        {
            var key = $"extensions:http:{name}";
            return file[key] == Unlimited ? null : Value(key, int.MaxValue) is var limit and > 0 and < int.MaxValue ? limit : null;
        }

        public TimeSpan? Timeout() => file["functionTimeout"] == Unlimited ? null : Value("functionTimeout", DefaultTimeout);

        public ServiceBusSettings ServiceBus()
        {
            const string section = "extensions:serviceBus:";
            return new()
            {
                AutoCompleteMessages = Value($"{section}autoCompleteMessages", true),
                MaxAutoLockRenewalDuration = Value($"{section}maxAutoLockRenewalDuration", TimeSpan.FromMinutes(5)),
                MaxConcurrentCalls = Value($"{section}maxConcurrentCalls", 16 * Environment.ProcessorCount),
                MaxMessageBatchSize = Value($"{section}maxMessageBatchSize", 1000),
                PrefetchCount = Value($"{section}prefetchCount", 0),
            };
        }

        public Dictionary<string, LogLevel> LogLevels() => file.GetSection("logging:logLevel").GetChildren().ToDictionary(
            each => each.Key, each => Value(each.Path, LogLevel.Information), StringComparer.OrdinalIgnoreCase);

        private static bool IsKnown(string key, string known) => known.EndsWith(':')
            ? key.StartsWith(known, StringComparison.OrdinalIgnoreCase)
            : key.Equals(known, StringComparison.OrdinalIgnoreCase);

        private T Value<T>(string key, T fallback)
        {
            if (file[key] is not { } text)
            {
                return fallback;
            }

            if (Parse(typeof(T), text) is T value)
            {
                return value;
            }

            Faults.Add($"host.json: {key.Replace(':', '.')} is '{text}', which is not a valid {typeof(T).Name}.");
            return fallback;
        }

        private static object? Parse(Type type, string text)
        {
            if (type == typeof(bool))
            {
                return bool.TryParse(text, out var flag) ? flag : null;
            }

            if (type == typeof(int))
            {
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            }

            if (type == typeof(TimeSpan))
            {
                return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span : null;
            }

            return Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) ? level : null;
        }
    }
}
