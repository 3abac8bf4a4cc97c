using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.ServiceBus.Filters;

/// <summary>Decides whether a subscription gets a copy of a message.</summary>
internal interface IMessageFilter
{
    bool Matches(MessageFields message);
}
