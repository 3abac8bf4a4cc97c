using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Runs the work on messages, and finds the one that stops the worker. A message that returned twice is a suspect,
/// because the bus cannot say whether it stopped the worker, was beside one that did, or lost its lock. Suspects run one at a
/// time, and each start is noted until its end. So a note that is left names the message that ran when the worker stopped.
/// A suspect that lost its lock while it waited is not started: its work would only keep the others waiting until they lose
/// theirs. Other messages do not wait.</summary>
internal sealed class SuspectGate(SuspectStore suspects) : IDisposable
{
    /// <summary>From this delivery on a message is a suspect.</summary>
    internal const int SuspectFrom = 3;

    /// <summary>After so many starts without an end a message is not started again.</summary>
    internal const int MostStarts = 3;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Runs work once it may start. Returns whether it did.</summary>
    /// <param name="subscription">Where the message comes from; null for a queue.</param>
    /// <param name="renew">Renews the lock of the message. Returns false if the lock is lost.</param>
    /// <exception cref="UnrecoverableMessageException">It began too often and never ended.</exception>
    public async Task<bool> RunAsync(
        ServiceBusReceivedMessage message, string? subscription, Func<Task<bool>> renew, Func<CancellationToken, Task> work,
        CancellationToken cancellationToken)
    {
        if (message.DeliveryCount < SuspectFrom)
        {
            await work(cancellationToken);
            return true;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!await renew())
            {
                return false;
            }

            await RunSuspectAsync($"{subscription}|{message.MessageId}", work, cancellationToken);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task RunSuspectAsync(string message, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var begun = await suspects.BeginAsync(message, cancellationToken);
        try
        {
            if (begun >= MostStarts)
            {
                throw new UnrecoverableMessageException(
                    "stopped-the-worker",
                    $"The worker stopped {begun} times while it worked on this message alone. "
                    + "Look at what the worker logged last, and replay it.");
            }

            await work(cancellationToken);
        }
        finally
        {
            await suspects.EndAsync(message, CancellationToken.None);
        }
    }
}
