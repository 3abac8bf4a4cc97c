using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>The log of the host, which is also where its worker's entries go.</summary>
internal static class HostLogging
{
    /// <summary>Creates it with the levels of host.json.</summary>
    /// <param name="hostJson">Has the levels.</param>
    /// <param name="configure">Says where to log to; null for the console.</param>
    public static ILoggerFactory Create(HostJson hostJson, Action<ILoggingBuilder>? configure) => LoggerFactory.Create(logging =>
    {
        // The host's libraries log only warnings and errors.
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning).AddFilter("Yarp", LogLevel.Error);
        foreach (var (category, level) in hostJson.LogLevels)
        {
            _ = category.Equals("default", StringComparison.OrdinalIgnoreCase)
                ? logging.SetMinimumLevel(level)
                : logging.AddFilter(category, level);
        }

        if (configure is not null)
        {
            configure(logging);
        }
        else
        {
            logging.AddSimpleConsole();
        }
    });
}
