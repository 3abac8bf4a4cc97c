using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops;

namespace IntegrationHub.Functions.Inbound;

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
    /// <param name="cancellationToken">Ends the wait. The message may still be sent.</param>
    /// <exception cref="ServiceBusException">The bus does not take it.</exception>
    public async Task SendAsync(ServiceBusMessage message, CancellationToken cancellationToken)
    {
        var pending = new Pending(message);
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
            while (_pending.Reader.TryPeek(out var next) && batch.TryAddMessage(next.Message))
            {
                taken.Add(Take());
            }

            if (taken.Count > 0)
            {
                await _sender.SendMessagesAsync(batch);
            }
            else
            {
                // One that fits into no batch goes alone: the bus says what is wrong with it.
                taken.Add(Take());
                await _sender.SendMessageAsync(taken[0].Message);
            }

            _metrics.OnBus("send");
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

    private Pending Take() => _pending.Reader.TryRead(out var pending) ? pending : throw new InvalidOperationException("Only one reader takes what waits.");

    private sealed record Pending(ServiceBusMessage Message)
    {
        // Continuations run elsewhere, so that the next send starts at once.
        public TaskCompletionSource Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
