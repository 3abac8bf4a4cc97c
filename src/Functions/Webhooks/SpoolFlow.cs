using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Messaging;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Drains the spool. A crash between sending and removing repeats some deliveries, and
/// duplicate facts are harmless.</summary>
public sealed partial class SpoolFlow(SpoolStore spool, InboundQueue queue, ILogger<SpoolFlow> logger)
{
    private const int Page = 100;

    /// <summary>Sends spooled messages, oldest first, until none is left or the bus fails.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var drained = 0;
        try
        {
            while (await spool.ReadAsync(Page, cancellationToken) is { Count: > 0 } waiting)
            {
                await queue.SendAsync([.. waiting.Select(spooled => spooled.Message)], cancellationToken);
                foreach (var spooled in waiting)
                {
                    await spool.RemoveAsync(spooled, cancellationToken);
                    drained++;
                }
            }
        }
        catch (ServiceBusException away) when (away.IsTransient)
        {
            Log.StillAway(logger, away.Reason);
        }

        if (drained > 0)
        {
            Log.Drained(logger, drained);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} spooled deliveries are on the bus now.")]
        public static partial void Drained(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Warning, "The bus is still down ({Reason}); the spool waits.")]
        public static partial void StillAway(ILogger logger, ServiceBusFailureReason reason);
    }
}
