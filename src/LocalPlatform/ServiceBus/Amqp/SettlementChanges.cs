using Microsoft.Azure.Amqp.Encoding;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// Application properties that a receiver changes as it settles. On the wire they travel as annotations or as a map.
/// </summary>
internal static class SettlementChanges
{
    public static IReadOnlyDictionary<string, object?> None { get; } = new Dictionary<string, object?>();

    public static IReadOnlyDictionary<string, object?> Of(IEnumerable<KeyValuePair<MapKey, object>>? map) =>
        map?.ToDictionary(static change => change.Key.Key.ToString()!, static change => (object?)change.Value) ?? None;
}
