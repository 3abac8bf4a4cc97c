namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>Lets messages work together, and a suspect one alone: if it stops the worker again, it takes no other with
/// it.</summary>
internal sealed class AloneGate : IDisposable
{
    /// <summary>More than all triggers of a worker have in hand together.</summary>
    private const int Places = 256;

    private readonly SemaphoreSlim _places = new(Places);
    private readonly SemaphoreSlim _alone = new(1);

    /// <summary>Runs work when it may start. Work that came later than a suspect waits for it.</summary>
    public async Task RunAsync(bool alone, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var taken = 0;
        if (alone)
        {
            await _alone.WaitAsync(cancellationToken);
        }

        try
        {
            for (var wanted = alone ? Places : 1; taken < wanted; taken++)
            {
                await _places.WaitAsync(cancellationToken);
            }

            await work(cancellationToken);
        }
        finally
        {
            if (taken > 0)
            {
                _places.Release(taken);
            }

            if (alone)
            {
                _alone.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _alone.Dispose();
    }
}
