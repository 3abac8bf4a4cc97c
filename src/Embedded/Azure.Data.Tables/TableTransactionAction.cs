namespace Azure.Data.Tables;

/// <summary>One action of a transaction: what to do with which entity, and under which condition.</summary>
public class TableTransactionAction
{
    /// <summary>Makes an action without condition.</summary>
    /// <param name="actionType">What to do.</param>
    /// <param name="entity">The entity; of a deleted one only the keys matter.</param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity)
        : this(actionType, entity, default)
    {
    }

    /// <summary>Makes an action that holds only for one version of the entity.</summary>
    /// <param name="actionType">What to do.</param>
    /// <param name="entity">The entity; of a deleted one only the keys matter.</param>
    /// <param name="etag">The version expected by an update or a delete. The default is no condition, and an update without condition inserts a missing entity.</param>
    public TableTransactionAction(TableTransactionActionType actionType, ITableEntity entity, ETag etag = default)
    {
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(entity.PartitionKey, nameof(entity));
        ArgumentNullException.ThrowIfNull(entity.RowKey, nameof(entity));
        ActionType = actionType;
        Entity = entity;
        ETag = etag;
    }

    /// <summary>Gets what to do.</summary>
    public TableTransactionActionType ActionType { get; }

    /// <summary>Gets the entity to do it with.</summary>
    public ITableEntity Entity { get; }

    /// <summary>Gets the version expected; the default is none in particular.</summary>
    public ETag ETag { get; }
}
