using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>A request to a management node.</summary>
internal sealed class ManagementRequest
{
    private readonly AmqpMap _body;

    public ManagementRequest(AmqpMessage message)
    {
        var properties = message.ApplicationProperties?.Map;
        Operation = properties?["operation"] as string ?? "";
        LinkName = properties?["associated-link-name"] as string;
        _body = message.ValueBody?.Value as AmqpMap ?? [];
    }

    public string Operation { get; }

    /// <summary>Gets the name of the receiver's link that the request belongs to, null when it has none.</summary>
    public string? LinkName { get; }

    /// <exception cref="BusException">The field is missing or of another type.</exception>
    public static T Required<T>(AmqpMap map, string key) => map[new MapKey(key)] is T value
        ? value
        : throw new BusException(BusError.Argument, $"The request must have a field '{key}' of type {typeof(T).Name}.");

    /// <exception cref="BusException">The field is missing or of another type.</exception>
    public T Required<T>(string key) => Required<T>(_body, key);

    /// <summary>Returns the field, or null when it is missing or of another type.</summary>
    public T? Optional<T>(string key) => _body[new MapKey(key)] is T value ? value : default;
}
