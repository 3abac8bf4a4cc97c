namespace IntegrationHub.LocalPlatform.Services;

/// <summary>A local service ended before it was ready.</summary>
internal sealed class ServiceFailedException(string service, string logFile) : Exception(
    $"{service}: it ended before it listened; see {logFile}.");
