namespace Azure.Data.Tables;

/// <summary>What one action of a transaction does with its entity.</summary>
public enum TableTransactionActionType
{
    /// <summary>Insert; an existing entity fails the transaction with 409.</summary>
    Add = 0,

    /// <summary>Update what is named, keep the rest; a missing entity fails the transaction with 404, another version with 412.</summary>
    UpdateMerge = 1,

    /// <summary>Update and drop what is not named; a missing entity fails the transaction with 404, another version with 412.</summary>
    UpdateReplace = 2,

    /// <summary>Delete; a missing entity fails the transaction with 404, another version with 412.</summary>
    Delete = 3,

    /// <summary>Insert, or update what is named, without condition.</summary>
    UpsertMerge = 4,

    /// <summary>Insert, or replace, without condition.</summary>
    UpsertReplace = 5,
}
