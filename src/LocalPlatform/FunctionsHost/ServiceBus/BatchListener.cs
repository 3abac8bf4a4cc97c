using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>
/// Gives a function its messages in batches, one batch at a time. As on the real host, their locks are not renewed.
/// </summary>
internal sealed class BatchListener(
    ServiceBusReceiver receiver, int batchSize, MessageRunner runner, OutageLog outages, TimeProvider clock) : ITriggerListener
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ReceiverSettler _settler = new(receiver);
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var messages = await receiver.ReceiveMessagesAsync(batchSize, cancellationToken: _stopping.Token);
                outages.Ended();
                if (messages.Count > 0)
                {
                    await runner.RunAsync(
                        [.. messages.Select(each => new HeldMessage(each, _settler))], MessageInput.Of(messages), _stopping.Token);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it was, the next batch may succeed. Nobody would notice a listener that ended.
                outages.Failed(ServiceBusErrorSource.Receive, e);
                await Task.Delay(PauseAfterFailure, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
