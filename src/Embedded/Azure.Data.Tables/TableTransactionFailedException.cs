using System.Globalization;

namespace Azure.Data.Tables;

/// <summary>A transaction was refused as a whole; status and error code are those of the action that failed.</summary>
public class TableTransactionFailedException : RequestFailedException
{
    internal const string IndexKey = "FailedEntity";

    /// <summary>Makes the exception from the failure of one action.</summary>
    /// <param name="requestFailedException">What the service answered to that action.</param>
    public TableTransactionFailedException(RequestFailedException requestFailedException)
        : base(requestFailedException.Status, requestFailedException.Message, requestFailedException.ErrorCode, requestFailedException.InnerException)
    {
        foreach (var key in requestFailedException.Data.Keys)
        {
            Data.Add(key, requestFailedException.Data[key]);
        }

        FailedTransactionActionIndex = int.TryParse(Data[IndexKey] as string, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
    }

    /// <summary>Gets the place, from 0, of the action that failed; null when the service named none.</summary>
    public int? FailedTransactionActionIndex { get; }
}
