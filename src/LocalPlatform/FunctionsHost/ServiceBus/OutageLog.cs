using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>Logs once when a function's entity cannot be reached, and once when it can again.</summary>
internal sealed partial class OutageLog(string function, ILogger logger)
{
    private int _isAway;

    /// <summary>Records a failure.</summary>
    public void Failed(ServiceBusErrorSource source, Exception failure)
    {
        if (source is ServiceBusErrorSource.Receive or ServiceBusErrorSource.AcceptSession)
        {
            if (Interlocked.Exchange(ref _isAway, 1) == 0)
            {
                Log.Away(logger, function, failure.Message);
            }
        }
        else
        {
            Log.Failed(logger, function, source, failure.Message);
        }
    }

    /// <summary>Records that the entity was reached.</summary>
    public void Ended()
    {
        if (Volatile.Read(ref _isAway) != 0 && Interlocked.Exchange(ref _isAway, 0) != 0)
        {
            Log.Back(logger, function);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Function} gets no messages: {Reason}")]
        public static partial void Away(ILogger logger, string function, string reason);

        [LoggerMessage(2, LogLevel.Information, "{Function} gets messages again.")]
        public static partial void Back(ILogger logger, string function);

        [LoggerMessage(3, LogLevel.Warning, "{Function}: {Source} failed. {Reason}")]
        public static partial void Failed(ILogger logger, string function, ServiceBusErrorSource source, string reason);
    }
}
