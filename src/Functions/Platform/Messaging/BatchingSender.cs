using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Sends messages of concurrent callers in batches. Messages that arrive during a send go out with the
/// next one; a lone message goes out at once. A batch is accepted whole or not at all, and each caller sees only
/// its own message's result.</summary>
internal sealed class BatchingSender : IAsyncDisposable
{
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly ServiceBusSender _sender;
    private readonly HubMetrics _metrics;
    private readonly Task _sending;

    public BatchingSender(ServiceBusSender sender, HubMetrics metrics)
    {
        _sender = sender;
        _metrics = metrics;
        _sending = Task.Run(SendAllAsync);
    }

    /// <summary>Returns when the bus has the message, which must fit into a bus message.</summary>
    /// <param name="cancellationToken">Ends the wait. A message in flight may still arrive; a
    /// waiting one is not sent.</param>
    /// <exception cref="ServiceBusException">The bus rejects it.</exception>
    public async Task SendAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var pending = new Pending(message, cancellationToken);
        ObjectDisposedException.ThrowIf(!_pending.Writer.TryWrite(pending), this);
        await pending.Sent.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends the waiting messages, then stops.</summary>
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
        var accepted = new List<Pending>();
        try
        {
            using var batch = await _sender.CreateMessageBatchAsync();
            Fill(batch, accepted);

            if (batch.Count > 0)
            {
                await _sender.SendMessagesAsync(batch);
                _metrics.OnBus("send");
            }
            else if (_pending.Reader.TryRead(out var alone))
            {
                // It fits into no batch: let the bus say what is wrong with it.
                accepted.Add(alone);
                await _sender.SendMessageAsync(alone.Message);
                _metrics.OnBus("send");
            }

            accepted.ForEach(static pending => pending.Sent.TrySetResult());
        }
        catch (Exception failure)
        {
            // Without a batch the bus did not answer at all, so every waiting caller gets the failure.
            while (accepted.Count == 0 && _pending.Reader.TryRead(out var waiting))
            {
                waiting.Sent.TrySetException(failure);
            }

            accepted.ForEach(pending => pending.Sent.TrySetException(failure));
        }
    }

    /// <summary>Adds waiting messages until the batch is full. A message whose caller gave up is
    /// skipped: the spool has it.</summary>
    private void Fill(ServiceBusMessageBatch batch, List<Pending> accepted)
    {
        while (_pending.Reader.TryPeek(out var next) && (next.Caller.IsCancellationRequested || batch.TryAddMessage(next.Message)))
        {
            _pending.Reader.TryRead(out _);
            accepted.Add(next);
        }
    }

    private sealed record Pending(ServiceBusMessage Message, CancellationToken Caller)
    {
        // Continuations run elsewhere, so that the next send starts at once.
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
