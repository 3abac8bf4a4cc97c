namespace Azure.Data.Tables.Sas;

/// <summary>What a signature for an account allows.</summary>
[Flags]
public enum TableAccountSasPermissions
{
    /// <summary>Reading.</summary>
    Read = 1,

    /// <summary>Making tables.</summary>
    Write = 2,

    /// <summary>Deleting.</summary>
    Delete = 4,

    /// <summary>Listing.</summary>
    List = 8,

    /// <summary>Inserting entities.</summary>
    Add = 16,

    /// <summary>Updating entities.</summary>
    Update = 64,

    /// <summary>All of it.</summary>
    All = ~0,
}
