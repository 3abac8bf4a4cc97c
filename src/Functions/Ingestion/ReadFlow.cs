using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Ingestion;

/// <summary>Reads a delivery into events, asks the vendor for what they lack, and archives both. Nothing is processed
/// that is not in the archive.</summary>
internal sealed class ReadFlow(ConnectorSet connectors, EnrichFlow enrich, ArchiveFlow archive, ConnectorStateStore states)
{
    /// <summary>Reads and archives a delivery. A failure to archive it is a failure of the delivery, which returns.</summary>
    /// <exception cref="UnrecoverableMessageException">No connector reads it.</exception>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    public async Task<Enriched> RunAsync(Delivery delivery, string messageId, bool again, CancellationToken cancellationToken)
    {
        var reader = connectors.Find<IDeliveryReader>(delivery.Connector)
            ?? throw new UnrecoverableMessageException(
                "unknown-connector",
                $"No connector '{delivery.Connector}' is configured. Configure Connectors:{delivery.Connector} and replay.");
        var read = reader.Read(delivery);
        Enriched enriched;
        try
        {
            enriched = await enrich.RunAsync(reader, read, again, cancellationToken);
        }
        catch (VendorException failure)
        {
            states.Failed(reader.Name, failure);
            throw;
        }

        await archive.AddAsync(delivery, messageId, read, enriched.Asked, enriched.Answers, cancellationToken);
        return enriched;
    }
}
