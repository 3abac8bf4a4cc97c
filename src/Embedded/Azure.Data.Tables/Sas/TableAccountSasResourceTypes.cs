namespace Azure.Data.Tables.Sas;

/// <summary>What a signature for an account reaches.</summary>
[Flags]
public enum TableAccountSasResourceTypes
{
    /// <summary>The service: its properties and the list of tables.</summary>
    Service = 1,

    /// <summary>Tables: making and deleting them.</summary>
    Container = 2,

    /// <summary>Entities.</summary>
    Object = 4,

    /// <summary>All of it.</summary>
    All = ~0,
}
