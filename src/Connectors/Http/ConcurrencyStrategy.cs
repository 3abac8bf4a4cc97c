using Polly;

namespace IntegrationHub.Connectors.Http;

/// <summary>Lets so many calls run at once; the next waits, for as long as the total time allows.</summary>
internal sealed class ConcurrencyStrategy(int limit) : ResilienceStrategy<HttpResponseMessage>, IDisposable
{
    private readonly SemaphoreSlim _turns = new(limit, limit);

    public void Dispose() => _turns.Dispose();

    protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback, ResilienceContext context, TState state)
    {
        try
        {
            await _turns.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException stopped)
        {
            return Outcome.FromException<HttpResponseMessage>(stopped);
        }

        try
        {
            return await callback(context, state);
        }
        finally
        {
            _turns.Release();
        }
    }
}
