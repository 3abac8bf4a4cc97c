using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Reads what the host sends: 16 bytes of lock token, then the AMQP message.</summary>
[SupportsDeferredBinding]
[SupportedTargetType(typeof(ServiceBusReceivedMessage))]
[SupportedTargetType(typeof(ServiceBusReceivedMessage[]))]
internal sealed class ServiceBusReceivedMessageConverter : IInputConverter
{
    private const int LockTokenLength = 16;
    private const string ExpectedSource = "AzureServiceBusReceivedMessage";
    private const string ExpectedContentType = "application/octet-stream";

    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        try
        {
            return new(context.Source switch
            {
                ModelBindingData one => ConversionResult.Success(Read(one)),
                CollectionModelBindingData many => ConversionResult.Success(many.ModelBindingData.Select(Read).ToArray()),
                _ => ConversionResult.Unhandled(),
            });
        }
        catch (Exception failure)
        {
            // The worker reports a failed conversion as the invocation's failure.
            return new(ConversionResult.Failed(failure));
        }
    }

    private static ServiceBusReceivedMessage Read(ModelBindingData data)
    {
        if (data.Source != ExpectedSource || data.ContentType != ExpectedContentType)
        {
            throw new InvalidOperationException(
                $"A message must come as '{ExpectedSource}' in '{ExpectedContentType}', not as '{data.Source}' in '{data.ContentType}'.");
        }

        var content = data.Content.ToMemory();
        var message = AmqpAnnotatedMessage.FromBytes(BinaryData.FromBytes(content[LockTokenLength..]));
        return ServiceBusReceivedMessage.FromAmqpMessage(message, BinaryData.FromBytes(content[..LockTokenLength]));
    }
}
