namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Starts workers. The default starts a process; tests may run the worker in their own.</summary>
public interface IWorkerLauncher
{
    /// <summary>
    /// Starts a worker, which then connects to <see cref="WorkerStart.HostEndpoint"/>. Returns without waiting for
    /// that.
    /// </summary>
    /// <param name="start">What the worker has to know.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken);
}

/// <summary>A worker that was started. It must have ended before it is disposed of.</summary>
public interface IWorker : IAsyncDisposable
{
    /// <summary>Gets a task that completes with the exit code when the worker has ended. It never fails.</summary>
    Task<int> Ended { get; }

    /// <summary>Ends the worker at once. No-op when it has ended.</summary>
    void Kill();
}
