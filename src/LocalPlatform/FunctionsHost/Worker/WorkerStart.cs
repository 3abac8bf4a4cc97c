namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The parameters of a worker's start.</summary>
/// <param name="WorkerId">The name under which it reports to the host.</param>
/// <param name="HostEndpoint">Where the host listens for it: gRPC without TLS.</param>
/// <param name="ApplicationDirectory">The built function app.</param>
/// <param name="Settings">App settings in the form of environment variables, <c>A__B</c>.</param>
public sealed record WorkerStart(
    string WorkerId, Uri HostEndpoint, string ApplicationDirectory, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>
    /// Gets the worker's own settings by the names under which it looks them up in its configuration.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; } = new Dictionary<string, string?>
    {
        ["Functions:Worker:HostEndpoint"] = HostEndpoint.ToString(),
        ["Functions:Worker:WorkerId"] = WorkerId,
        ["Functions:Worker:RequestId"] = WorkerId,
        ["Functions:Worker:GrpcMaxMessageLength"] = $"{int.MaxValue}",
    };
}
