using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Functions;

/// <summary>A function as the worker described it, with its settings in place.</summary>
/// <param name="Trigger">What starts it.</param>
/// <param name="Metadata">The worker's own words, which it wants back when the function is loaded.</param>
internal sealed record FunctionDefinition(Trigger Trigger, RpcFunctionMetadata Metadata)
{
    /// <summary>Gets what the worker knows it by.</summary>
    public string Id => Metadata.FunctionId;

    /// <summary>Gets what people know it by.</summary>
    public string Name => Metadata.Name;
}
