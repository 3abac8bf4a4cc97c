using System.Xml.Linq;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>Stores the key ring of data protection in a table that all instances share. Rows are numbered: of two
/// instances that create a key at the same time, one wins and both use its key. Synchronous like data protection
/// itself, which reads the ring at the start and once a day.</summary>
internal sealed class KeyRingTable(HubTables tables) : IXmlRepository
{
    private const string Partition = "ring";
    private const string Xml = "Xml";

    /// <summary>The number of keys at the last read.</summary>
    private volatile int _read;

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var rows = Open().Query<TableEntity>(row => row.PartitionKey == Partition);
        var keys = rows.Select(row => XElement.Parse(row.GetString(Xml))).ToList();
        _read = keys.Count;
        return keys;
    }

    /// <summary>Adds a key. A no-op when another instance added one since the last read.</summary>
    public void StoreElement(XElement element, string friendlyName)
    {
        try
        {
            Open().AddEntity(new TableEntity(Partition, $"{_read:D6}") { [Xml] = element.ToString(SaveOptions.DisableFormatting) });
        }
        catch (RequestFailedException failure) when (failure.IsAlreadyThere())
        {
            // Data protection reads the ring again after it stored a key, and finds the other's.
        }
    }

    /// <summary>Opens the table on the thread pool, so that a caller's synchronisation
    /// context cannot deadlock.</summary>
    private TableClient Open() =>
        Task.Run(() => tables.GetAsync(HubTables.KeyRing, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
}
