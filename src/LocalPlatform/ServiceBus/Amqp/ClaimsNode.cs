using Microsoft.Azure.Amqp;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// Takes the tokens that clients present before they open links. None is checked: whoever reaches 127.0.0.1 may do
/// everything.
/// </summary>
internal static class ClaimsNode
{
    private const int Accepted = 202;

    public static Task<AmqpMessage> AnswerAsync(AmqpMessage request)
    {
        var response = AmqpMessage.Create();
        response.ApplicationProperties.Map["status-code"] = Accepted;
        response.ApplicationProperties.Map["status-description"] = "Accepted";
        return Task.FromResult(response);
    }
}
