namespace Azure.Data.Tables.Sas;

/// <summary>What a signature for one table allows.</summary>
[Flags]
public enum TableSasPermissions
{
    /// <summary>Reading entities.</summary>
    Read = 1,

    /// <summary>Inserting entities.</summary>
    Add = 2,

    /// <summary>Updating entities; an upsert needs <see cref="Add"/> as well.</summary>
    Update = 4,

    /// <summary>Deleting entities.</summary>
    Delete = 8,

    /// <summary>All of it.</summary>
    All = ~0,
}
