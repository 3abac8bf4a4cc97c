using System.Xml.Linq;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>
/// Keeps the key ring of data protection in a table, so that all instances share it. Rows are numbered: of two
/// instances that make a key at the same time one comes first, and both then use its key. Synchronous, since data
/// protection is; the ring is read at the start and once a day.
/// </summary>
internal sealed class KeyRingTable(HubTables tables) : IXmlRepository
{
    private const string Partition = "ring";
    private const string Xml = "Xml";

    /// <summary>How many keys there were when the ring was last read.</summary>
    private volatile int _read;

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var rows = Open().Query<TableEntity>(row => row.PartitionKey == Partition);
        var keys = rows.Select(row => XElement.Parse(row.GetString(Xml))).ToList();
        _read = keys.Count;
        return keys;
    }

    /// <summary>Adds a key; no-op where another instance has added one since the ring was last read.</summary>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        try
        {
            Open().AddEntity(new TableEntity(Partition, $"{_read:D6}") { [Xml] = element.ToString(SaveOptions.DisableFormatting) });
        }
        catch (RequestFailedException failure) when (failure.IsAlreadyThere())
        {
            // Data protection reads the ring again after it has stored a key, and finds the other's.
        }
    }

    /// <summary>On the pool, so that a caller with a context of its own is not waited for.</summary>
    private TableClient Open() =>
        Task.Run(() => tables.GetAsync(HubTables.KeyRing, CancellationToken.None).AsTask()).GetAwaiter().GetResult();
}
