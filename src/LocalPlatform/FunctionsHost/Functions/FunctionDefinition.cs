using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Functions;

/// <summary>A function as the worker described it, with its settings in place.</summary>
/// <param name="Trigger">What starts it.</param>
/// <param name="Metadata">The worker's own description, which it needs back when it loads the function.</param>
internal sealed record FunctionDefinition(Trigger Trigger, RpcFunctionMetadata Metadata)
{
    /// <summary>Gets the worker's id of it.</summary>
    public string Id => Metadata.FunctionId;

    public string Name => Metadata.Name;
}
