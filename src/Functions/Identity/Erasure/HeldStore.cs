using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>A delivery that waits for the end of an erasure.</summary>
internal sealed record HeldDelivery(string RowKey, ServiceBusMessage Message);

/// <summary>Deliveries about hidden leads, in the table <c>Parked</c>: a partition for each lead. They are queued again when the
/// lead is restored, and erased with it.</summary>
internal sealed class HeldStore(HubTables tables, BodyStore bodies) : IErasable
{
    /// <summary>Stores a delivery. Idempotent.</summary>
    public async Task PutAsync(LeadId leadId, Delivery delivery, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition(leadId), $"{delivery.ReceivedAt.UtcTicks:D19}-{TableKey.Hash(delivery.Body.Span)}-{leadId}");
        MessageRow.Write(row, await bodies.FitAsync(InboundMessage.Write(delivery), MessageRow.LargestBody, cancellationToken));
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await parked.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Returns the deliveries about a lead, oldest first.</summary>
    public async Task<IReadOnlyList<HeldDelivery>> ListAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        return await parked.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {Partition(leadId)}"), cancellationToken: cancellationToken)
            .Select(row => new HeldDelivery(row.RowKey, MessageRow.Read(row))).ToListAsync(cancellationToken);
    }

    /// <summary>Removes a delivery that was queued again.</summary>
    public async Task RemoveAsync(LeadId leadId, HeldDelivery held, CancellationToken cancellationToken)
    {
        var parked = await tables.GetAsync(HubTables.Parked, cancellationToken);
        await parked.DeleteEntityAsync(Partition(leadId), held.RowKey, ETag.All, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var held in await ListAsync(leadId, cancellationToken))
        {
            await RemoveAsync(leadId, held, cancellationToken);
        }
    }

    private static string Partition(LeadId leadId) => $"held-{leadId}";
}
