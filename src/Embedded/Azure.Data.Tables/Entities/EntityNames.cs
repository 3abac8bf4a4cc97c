namespace Azure.Data.Tables;

/// <summary>The names that the protocol gives to what every entity has.</summary>
internal static class EntityNames
{
    internal const string PartitionKey = "PartitionKey";
    internal const string RowKey = "RowKey";
    internal const string Timestamp = "Timestamp";
    internal const string ETag = "odata.etag";
    internal const string Metadata = "odata.metadata";

    /// <summary>What a property's name has behind it where its type is told.</summary>
    internal const string TypeSuffix = "@odata.type";
}
