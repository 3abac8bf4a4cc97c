using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Removes activities whose person never arrived. A person who arrives later comes
/// with their current record.</summary>
internal sealed partial class ParkedSweep(ParkedStore parked, TimeProvider clock, ILogger<ParkedSweep> logger) : BackgroundService
{
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
                await parked.RemoveOldAsync(clock.GetUtcNow() - WaitFor, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotSwept(logger, failure.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning,
            "Expired activities without a person could not be removed ({Failure}); retrying in an hour.")]
        public static partial void NotSwept(ILogger logger, string failure);
    }
}
