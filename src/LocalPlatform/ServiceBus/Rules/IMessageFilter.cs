using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>Decides whether a subscription gets a copy of a message.</summary>
internal interface IMessageFilter
{
    bool Matches(MessageFields message);
}
