using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Google.Protobuf;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>Writes messages the way a worker reads them: 16 bytes of lock token, then the AMQP message.</summary>
internal static class MessageInput
{
    private const int LockTokenLength = 16;

    /// <summary>Returns the input of a function that receives one message.</summary>
    public static FunctionInput Of(ServiceBusReceivedMessage message) =>
        new(new() { ModelBindingData = Encode(message) }, Metadata(message));

    /// <summary>Returns the input of a function that receives the body of a message as text.</summary>
    public static FunctionInput TextOf(ServiceBusReceivedMessage message) =>
        new(new() { String = message.Body.ToString() }, Metadata(message));

    /// <summary>Returns the input of a function that receives many messages at once.</summary>
    public static FunctionInput Of(IEnumerable<ServiceBusReceivedMessage> messages) =>
        new(new() { CollectionModelBindingData = new() { ModelBindingData = { messages.Select(Encode) } } }, []);

    private static ModelBindingData Encode(ServiceBusReceivedMessage message)
    {
        var amqp = message.GetRawAmqpMessage().ToBytes().ToMemory();
        var content = new byte[LockTokenLength + amqp.Length];
        Guid.Parse(message.LockToken).TryWriteBytes(content);
        amqp.CopyTo(content.AsMemory(LockTokenLength));
        return new()
        {
            Version = "1.0",
            Source = "AzureServiceBusReceivedMessage",
            ContentType = "application/octet-stream",
            Content = UnsafeByteOperations.UnsafeWrap(content),
        };
    }

    private static Dictionary<string, TypedData> Metadata(ServiceBusReceivedMessage message) => new()
    {
        ["MessageId"] = new() { String = message.MessageId ?? "" },
        ["SequenceNumber"] = Json(message.SequenceNumber),
        ["DeliveryCount"] = Json(message.DeliveryCount),
        ["EnqueuedTimeUtc"] = Json(message.EnqueuedTime.UtcDateTime),
        ["LockToken"] = new() { String = message.LockToken },
    };

    private static TypedData Json<T>(T value) => new() { Json = JsonSerializer.Serialize(value) };
}
