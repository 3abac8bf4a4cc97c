using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Outages;

/// <summary>The table <c>Outages</c>: present outages, and those that are recovering.</summary>
internal sealed class OutageStore(HubTables tables)
{
    private const string Partition = "outage";

    public async Task<IReadOnlyList<Outage>> GetAllAsync(CancellationToken cancellationToken)
    {
        var outages = new List<Outage>();
        var table = await tables.GetAsync(HubTables.Outages, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            outages.Add(new()
            {
                Connector = row.GetString(nameof(Outage.Connector))!,
                Kind = Enum.Parse<OutageKind>(row.GetString(nameof(Outage.Kind))!),
                Since = row.GetDateTimeOffset(nameof(Outage.Since))!.Value,
                SeenAt = row.GetDateTimeOffset(nameof(Outage.SeenAt))!.Value,
                Reported = row.GetBoolean(nameof(Outage.Reported)) == true,
                WorksSince = row.GetDateTimeOffset(nameof(Outage.WorksSince)),
            });
        }

        return outages;
    }

    /// <summary>Saves an outage. The last write wins: all instances see the same.</summary>
    public async Task SaveAsync(Outage outage, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Outages, cancellationToken);
        var row = new TableEntity(Partition, TableKey.Hash(outage.Key))
        {
            [nameof(Outage.Connector)] = outage.Connector,
            [nameof(Outage.Kind)] = outage.Kind.ToString(),
            [nameof(Outage.Since)] = outage.Since,
            [nameof(Outage.SeenAt)] = outage.SeenAt,
            [nameof(Outage.Reported)] = outage.Reported,
            [nameof(Outage.WorksSince)] = outage.WorksSince,
        };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    public async Task RemoveAsync(Outage outage, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Outages, cancellationToken);
        await table.DeleteEntityAsync(Partition, TableKey.Hash(outage.Key), ETag.All, cancellationToken);
    }
}
