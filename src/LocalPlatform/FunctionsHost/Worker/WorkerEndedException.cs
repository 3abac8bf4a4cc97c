namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The worker does not start, or ended too often to be started again.</summary>
public sealed class WorkerEndedException(string message, int exitCode) : Exception(message)
{
    /// <summary>Gets the code with which the host should end; never zero.</summary>
    public int ExitCode { get; } = exitCode;
}
