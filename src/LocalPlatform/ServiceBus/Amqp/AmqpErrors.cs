using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>Refusals in the forms that AMQP has for them.</summary>
internal static class AmqpErrors
{
    public static AmqpException ToAmqpException(BusException refusal) => new(ToError(refusal));

    /// <summary>Makes the outcome of a delivery that was refused.</summary>
    public static Rejected ToRejected(Exception failure) => new() { Error = ToError(AsRefusal(failure)) };

    /// <summary>
    /// Returns the failure as a refusal; anything else is a fault of the broker or of the bytes it received.
    /// </summary>
    public static BusException AsRefusal(Exception failure) => failure switch
    {
        BusException refusal => refusal,
        InvalidDataException => new(BusError.Decode, failure.Message),
        _ => new(BusError.Internal, $"The broker failed: {failure.GetType().Name}."),
    };

    private static Error ToError(BusException refusal) => new() { Condition = refusal.Error.Condition, Description = refusal.Message };
}
