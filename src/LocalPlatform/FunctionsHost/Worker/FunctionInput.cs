using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>What a run of a function takes.</summary>
/// <param name="Data">The value of the trigger's parameter.</param>
/// <param name="TriggerMetadata">Values that other parameters may be bound to by name.</param>
internal readonly record struct FunctionInput(TypedData Data, IEnumerable<KeyValuePair<string, TypedData>> TriggerMetadata);
