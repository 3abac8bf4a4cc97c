using System.Buffers;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>Writes the actions of a transaction as one multipart body: a batch that holds one change set that holds a request for each action.</summary>
internal static class TransactionRequest
{
    /// <summary>Writes the body.</summary>
    /// <param name="endpoint">The account's address; each action names it in full.</param>
    /// <param name="table">The table.</param>
    /// <param name="actions">The actions, in order; at least one.</param>
    /// <returns>The boundary that the content type names, and the body.</returns>
    /// <exception cref="InvalidOperationException">There are no actions.</exception>
    internal static (string Boundary, ReadOnlyMemory<byte> Body) Write(TablesEndpoint endpoint, string table, IEnumerable<TableTransactionAction> actions)
    {
        var id = Guid.NewGuid();
        var boundary = $"batch_{id}";
        var changes = $"changeset_{id}";
        var separator = Encoding.ASCII.GetBytes($"--{changes}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
        var address = endpoint.Address.AbsoluteUri.TrimEnd('/');
        ArrayBufferWriter<byte> output = new(4096);

        Append(output, $"--{boundary}\r\nContent-Type: multipart/mixed; boundary={changes}\r\n\r\n");
        var before = output.WrittenCount;
        foreach (var action in actions)
        {
            output.Write(separator);
            WriteAction(output, address, table, action);
        }

        if (output.WrittenCount == before)
        {
            throw new InvalidOperationException("Batch does not contain any actions.");
        }

        Append(output, $"--{changes}--\r\n--{boundary}--\r\n");
        return (boundary, output.WrittenMemory);
    }

    private static void WriteAction(ArrayBufferWriter<byte> output, string address, string table, TableTransactionAction action)
    {
        var entity = action.Entity;
        var isAdd = action.ActionType == TableTransactionActionType.Add;
        Append(output, $"{Verb(action.ActionType)} ");
        Append(output, address);
        Append(output, isAdd ? $"/{table}" : TablesEndpoint.EntityPath(table, entity.PartitionKey, entity.RowKey));
        output.Write(" HTTP/1.1\r\nAccept: application/json;odata=minimalmetadata\r\nDataServiceVersion: 3.0\r\n"u8);

        if (isAdd)
        {
            output.Write("Prefer: return-no-content\r\n"u8);
        }
        else if (Condition(action) is { } condition && condition != default)
        {
            Append(output, $"If-Match: {condition}\r\n");
        }

        if (action.ActionType == TableTransactionActionType.Delete)
        {
            output.Write("\r\n"u8);
        }
        else
        {
            output.Write("Content-Type: application/json\r\n\r\n"u8);
            EntityWriter.Write(output, entity);
        }

        output.Write("\r\n"u8);
    }

    private static string Verb(TableTransactionActionType type) => type switch
    {
        TableTransactionActionType.Add => "POST",
        TableTransactionActionType.Delete => "DELETE",
        TableTransactionActionType.UpdateMerge or TableTransactionActionType.UpsertMerge => "PATCH",
        TableTransactionActionType.UpdateReplace or TableTransactionActionType.UpsertReplace => "PUT",
        _ => throw new InvalidOperationException("Unknown request type."),
    };

    /// <summary>A delete always has a condition, an upsert never.</summary>
    private static ETag Condition(TableTransactionAction action) => action.ActionType switch
    {
        TableTransactionActionType.Delete when action.ETag == default => ETag.All,
        TableTransactionActionType.UpsertMerge or TableTransactionActionType.UpsertReplace => default,
        _ => action.ETag,
    };

    private static void Append(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
