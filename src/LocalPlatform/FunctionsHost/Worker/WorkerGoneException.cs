namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The worker ended, or lost its connection, while the invocation was under way.</summary>
internal sealed class WorkerGoneException() : Exception("The worker is gone.");
