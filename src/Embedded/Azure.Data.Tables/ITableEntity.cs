namespace Azure.Data.Tables;

/// <summary>What every stored entity has; a class with these four and properties of its own is a table's row.</summary>
public interface ITableEntity
{
    /// <summary>Gets or sets the partition: entities that share it can be changed in one transaction. At most 1 KiB, may be empty, never null when sent.</summary>
    string PartitionKey { get; set; }

    /// <summary>Gets or sets the key that is unique within the partition, and the order within it. At most 1 KiB, may be empty, never null when sent.</summary>
    string RowKey { get; set; }

    /// <summary>Gets or sets the time of the last write as the service tells it; never sent.</summary>
    DateTimeOffset? Timestamp { get; set; }

    /// <summary>Gets or sets the version as the service tells it; never sent with the entity, only as a condition.</summary>
    ETag ETag { get; set; }
}
