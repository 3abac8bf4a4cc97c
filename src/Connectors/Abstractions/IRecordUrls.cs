using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool whose records people can open.</summary>
public interface IRecordUrls : IConnector
{
    /// <summary>Returns the link of a person's record; null while the connector does not know the address.</summary>
    Uri? LinkTo(IdentityKey person);
}
