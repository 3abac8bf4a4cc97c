namespace IntegrationHub.Functions.Ingestion;

/// <summary>Runs the parts of a delivery concurrently.</summary>
internal static class Together
{
    /// <summary>The most concurrent parts of a delivery, so that a large one leaves room for others.</summary>
    private const int AtOnce = 8;

    /// <summary>Runs every item to completion, then throws the first failure. One bad event stops no other. A cancelled
    /// token starts no further item.</summary>
    public static async Task RunAsync<T>(IEnumerable<T> items, Func<T, Task> run, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(items.Select(async item =>
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                await run(item);
            }
            finally
            {
                places.Release();
            }
        }));
    }
}
