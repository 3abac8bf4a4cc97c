namespace IntegrationHub.LocalPlatform.FunctionsHost;

/// <summary>Waits for what starts a function, and starts it.</summary>
internal interface ITriggerListener : IAsyncDisposable
{
    /// <summary>Begins to listen.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops listening, cancels what runs, and waits until it has ended.</summary>
    Task StopAsync();
}
