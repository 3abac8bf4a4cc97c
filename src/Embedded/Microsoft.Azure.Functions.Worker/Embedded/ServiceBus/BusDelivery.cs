using Azure.Messaging.ServiceBus;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>What one invocation gets: a message, or a batch of them, and the means to settle them.</summary>
internal sealed record BusDelivery(ServiceBusReceivedMessage[] Messages, ServiceBusMessageActions Actions)
{
    /// <summary>Says how a trigger's parameter of a type is filled; null when it cannot be.</summary>
    public static Func<BusDelivery, object?>? Source(Type type, bool isBatched)
    {
        if (!isBatched)
        {
            return type == typeof(ServiceBusReceivedMessage) ? delivery => delivery.Messages[0]
                : type == typeof(BinaryData) ? delivery => delivery.Messages[0].Body
                : type == typeof(string) ? delivery => delivery.Messages[0].Body.ToString()
                : type == typeof(byte[]) ? delivery => delivery.Messages[0].Body.ToArray()
                : null;
        }

        return type == typeof(ServiceBusReceivedMessage[]) ? delivery => delivery.Messages
            : type == typeof(BinaryData[]) ? delivery => Array.ConvertAll(delivery.Messages, each => each.Body)
            : type == typeof(string[]) ? delivery => Array.ConvertAll(delivery.Messages, each => each.Body.ToString())
            : type == typeof(byte[][]) ? delivery => Array.ConvertAll(delivery.Messages, each => each.Body.ToArray())
            : null;
    }
}
