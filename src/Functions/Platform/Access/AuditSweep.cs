using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Removes lines of the audit that are older than they are kept.</summary>
internal sealed partial class AuditSweep(AuditStore store, HubOptions hub, TimeProvider clock, ILogger<AuditSweep> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await store.RemoveOldAsync(clock.GetUtcNow().AddDays(-hub.AuditDays), stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotSwept(logger, failure.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old lines of the audit could not be removed ({Failure}); retrying in some hours.")]
        public static partial void NotSwept(ILogger logger, string failure);
    }
}
