using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The input of one run of a function.</summary>
/// <param name="Data">The value of the trigger's parameter.</param>
/// <param name="TriggerMetadata">Values that other parameters may be bound to by name.</param>
internal readonly record struct FunctionInput(TypedData Data, IEnumerable<KeyValuePair<string, TypedData>> TriggerMetadata);
