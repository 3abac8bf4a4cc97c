using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>
/// Sends messages of concurrent callers together: what arrives while a send is under way goes out with the next one. A lone message goes out at once.
/// Each caller learns only of its own message; a batch is accepted whole or not at all.
/// </summary>
internal sealed class BatchingSender : IAsyncDisposable
{
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly ServiceBusSender _sender;
    private readonly HubMetrics _metrics;
    private readonly Task _sending;

    /// <summary>Starts waiting for messages.</summary>
    public BatchingSender(ServiceBusSender sender, HubMetrics metrics)
    {
        _sender = sender;
        _metrics = metrics;
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Returns when the bus has the message.</summary>
    /// <param name="message">One that fits into a message of the bus.</param>
    /// <param name="cancellationToken">Ends the wait. A message that is under way may still arrive; one that still waits is not sent.</param>
    /// <exception cref="ServiceBusException">The bus does not take it.</exception>
    public async Task SendAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var pending = new Pending(message, cancellationToken);
        ObjectDisposedException.ThrowIf(!_pending.Writer.TryWrite(pending), this);
        await pending.Sent.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends what waits, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _sending;
    }

    private async Task SendAllAsync()
    {
        while (await _pending.Reader.WaitToReadAsync())
        {
            await SendWaitingAsync();
        }
    }

    private async Task SendWaitingAsync()
    {
        var taken = new List<Pending>();
        try
        {
            using var batch = await _sender.CreateMessageBatchAsync();
            Fill(batch, taken);

            if (batch.Count > 0)
            {
                await _sender.SendMessagesAsync(batch);
                _metrics.OnBus("send");
            }
            else if (_pending.Reader.TryRead(out var alone))
            {
                // It fits into no batch: the bus says what is wrong with it.
                taken.Add(alone);
                await _sender.SendMessageAsync(alone.Message);
                _metrics.OnBus("send");
            }

            taken.ForEach(static pending => pending.Sent.TrySetResult());
        }
        catch (Exception failure)
        {
            // Nothing was taken when the bus could not even be asked: then everybody who waits has this failure.
            while (taken.Count == 0 && _pending.Reader.TryRead(out var waiting))
            {
                waiting.Sent.TrySetException(failure);
            }

            taken.ForEach(pending => pending.Sent.TrySetException(failure));
        }
    }

    /// <summary>Takes what waits and fits. Whose caller has left is not sent: it is stored elsewhere.</summary>
    private void Fill(ServiceBusMessageBatch batch, List<Pending> taken)
    {
        while (_pending.Reader.TryPeek(out var next) && (next.Caller.IsCancellationRequested || batch.TryAddMessage(next.Message)))
        {
            _pending.Reader.TryRead(out _);
            taken.Add(next);
        }
    }

    private sealed record Pending(ServiceBusMessage Message, CancellationToken Caller)
    {
        // Continuations run elsewhere, so that the next send starts at once.
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
