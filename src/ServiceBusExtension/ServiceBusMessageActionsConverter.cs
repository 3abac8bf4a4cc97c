using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Wire;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Gives a function its message actions. The host sends no input for this parameter.</summary>
internal sealed class ServiceBusMessageActionsConverter(Settlement.SettlementClient host) : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(ConversionResult.Success(new ServiceBusMessageActions(host)));
}
