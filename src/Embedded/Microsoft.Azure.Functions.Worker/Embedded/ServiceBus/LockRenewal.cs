using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Keeps one message locked while its function runs, for as long as the host allows.</summary>
internal sealed partial class LockRenewal : IDisposable
{
    /// <summary>How long before its end a lock is renewed; shorter locks halfway.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly ServiceBusReceiver _receiver;
    private readonly ServiceBusReceivedMessage _message;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _until;
    private readonly Timer _timer;
    private volatile bool _isOver;

    /// <summary>Begins; <paramref name="duration"/> of zero renews nothing.</summary>
    public LockRenewal(ServiceBusReceiver receiver, ServiceBusReceivedMessage message, TimeSpan duration, ILogger logger)
    {
        (_receiver, _message, _logger) = (receiver, message, logger);
        _until = DateTimeOffset.UtcNow + duration;
        _timer = new(static state => _ = ((LockRenewal)state!).RenewAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Plan();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
    }

    private void Plan()
    {
        var now = DateTimeOffset.UtcNow;
        var left = _message.LockedUntil - now;
        var wait = left - (left / 2 < Margin ? left / 2 : Margin);
        if (wait > TimeSpan.Zero && now + wait < _until && !_isOver)
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            await _receiver.RenewMessageLockAsync(_message, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The function may have settled it this very moment: then there is no lock to renew, and nothing is wrong.
            if (!_isOver)
            {
                Log.NotRenewed(_logger, _message.MessageId, e);
            }

            if (e is not ServiceBusException { IsTransient: true })
            {
                return;
            }
        }

        Plan();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lock of message {MessageId} was not renewed; if its function takes longer, it is delivered again.")]
        public static partial void NotRenewed(ILogger logger, string messageId, Exception failure);
    }
}
