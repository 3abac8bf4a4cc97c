using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>
/// Removes activities whose person never came: a person who is met later is met with the record as it is then.
/// </summary>
public sealed partial class ParkedSweep(ParkedStore parked, TimeProvider clock, ILogger<ParkedSweep> logger) : BackgroundService
{
    /// <summary>How long an activity waits for its person.</summary>
    internal static readonly TimeSpan WaitFor = TimeSpan.FromDays(7);

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await parked.ForgetOldAsync(clock.GetUtcNow() - WaitFor, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotSwept(logger, failure.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Activities that have waited too long for their person could not be removed ({Failure}); tried again in an hour.")]
        public static partial void NotSwept(ILogger logger, string failure);
    }
}
