using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose records people can open.</summary>
public interface IRecordUrls : IConnector
{
    /// <summary>Where people open a person's record; null where the connector does not know the address, or not yet.</summary>
    Uri? LinkTo(IdentityKey person);
}
