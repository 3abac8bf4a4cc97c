using System.ComponentModel;
using System.Globalization;

namespace Azure.Data.Tables.Sas;

/// <summary>A shared access signature for one table, or a range of its keys.</summary>
public class TableSasBuilder
{
    internal const string Version = "2019-02-02";

    /// <summary>Begins a signature.</summary>
    /// <param name="tableName">The table.</param>
    /// <param name="permissions">What it allows.</param>
    /// <param name="expiresOn">When it ends.</param>
    public TableSasBuilder(string tableName, TableSasPermissions permissions, DateTimeOffset expiresOn)
        : this(tableName, Letters(permissions), expiresOn)
    {
    }

    /// <summary>Begins a signature.</summary>
    /// <param name="tableName">The table.</param>
    /// <param name="rawPermissions">What it allows: letters of <c>raud</c>, in this order.</param>
    /// <param name="expiresOn">When it ends.</param>
    public TableSasBuilder(string tableName, string rawPermissions, DateTimeOffset expiresOn)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        ArgumentException.ThrowIfNullOrEmpty(rawPermissions);
        TableName = tableName;
        Permissions = rawPermissions;
        ExpiresOn = expiresOn;
    }

    /// <summary>Gets or sets the table.</summary>
    public string TableName { get; set; }

    /// <summary>Gets what it allows, as letters.</summary>
    public string Permissions { get; private set; }

    /// <summary>Gets or sets when it begins; the default is at once.</summary>
    public DateTimeOffset StartsOn { get; set; }

    /// <summary>Gets or sets when it ends.</summary>
    public DateTimeOffset ExpiresOn { get; set; }

    /// <summary>Gets or sets the first partition key that it reaches; null is no limit.</summary>
    public string? PartitionKeyStart { get; set; }

    /// <summary>Gets or sets the first row key that it reaches, in the first partition; null is no limit.</summary>
    public string? RowKeyStart { get; set; }

    /// <summary>Gets or sets the last partition key that it reaches; null is no limit.</summary>
    public string? PartitionKeyEnd { get; set; }

    /// <summary>Gets or sets the last row key that it reaches, in the last partition; null is no limit.</summary>
    public string? RowKeyEnd { get; set; }

    /// <summary>Changes what it allows.</summary>
    /// <param name="permissions">What it allows from now on.</param>
    public void SetPermissions(TableSasPermissions permissions) => Permissions = Letters(permissions);

    /// <summary>Signs.</summary>
    /// <param name="sharedKeyCredential">The account's key.</param>
    /// <returns>The signature as a query, without a question mark.</returns>
    public string Sign(TableSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        string[] signed =
        [
            Permissions, Time(StartsOn), Time(ExpiresOn), $"/table/{sharedKeyCredential.AccountName}/{TableName.ToLowerInvariant()}", "", "", "", Version,
            PartitionKeyStart ?? "", RowKeyStart ?? "", PartitionKeyEnd ?? "", RowKeyEnd ?? "",
        ];
        return Query(
            ("sv", Version), ("tn", TableName), ("st", Time(StartsOn)), ("se", Time(ExpiresOn)), ("sp", Permissions),
            ("spk", PartitionKeyStart), ("srk", RowKeyStart), ("epk", PartitionKeyEnd), ("erk", RowKeyEnd),
            ("sig", sharedKeyCredential.Sign(string.Join('\n', signed))));
    }

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string? ToString() => base.ToString();

    internal static string Time(DateTimeOffset time) => time == default ? "" : time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    internal static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        List<string> query = [];
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        return string.Join('&', query);
    }

    private static string Letters(TableSasPermissions permissions) => string.Concat(
        permissions.HasFlag(TableSasPermissions.Read) ? "r" : "",
        permissions.HasFlag(TableSasPermissions.Add) ? "a" : "",
        permissions.HasFlag(TableSasPermissions.Update) ? "u" : "",
        permissions.HasFlag(TableSasPermissions.Delete) ? "d" : "");
}
