using System.ComponentModel;

namespace Azure.Data.Tables.Sas;

/// <summary>A shared access signature for the tables of an account.</summary>
public class TableAccountSasBuilder
{
    /// <summary>Begins a signature.</summary>
    /// <param name="permissions">What it allows.</param>
    /// <param name="resourceTypes">On what.</param>
    /// <param name="expiresOn">When it ends.</param>
    public TableAccountSasBuilder(TableAccountSasPermissions permissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn)
        : this(Letters(permissions), resourceTypes, expiresOn)
    {
    }

    /// <summary>Begins a signature.</summary>
    /// <param name="rawPermissions">What it allows: letters of <c>rwdlau</c>, in this order.</param>
    /// <param name="resourceTypes">On what.</param>
    /// <param name="expiresOn">When it ends.</param>
    public TableAccountSasBuilder(string rawPermissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn)
    {
        ArgumentException.ThrowIfNullOrEmpty(rawPermissions);
        Permissions = rawPermissions;
        ResourceTypes = resourceTypes;
        ExpiresOn = expiresOn;
    }

    /// <summary>Gets what it allows, as letters.</summary>
    public string Permissions { get; private set; }

    /// <summary>Gets or sets what it reaches.</summary>
    public TableAccountSasResourceTypes ResourceTypes { get; set; }

    /// <summary>Gets or sets when it begins; the default is at once.</summary>
    public DateTimeOffset StartsOn { get; set; }

    /// <summary>Gets or sets when it ends.</summary>
    public DateTimeOffset ExpiresOn { get; set; }

    /// <summary>Changes what it allows.</summary>
    /// <param name="permissions">What it allows from now on.</param>
    public void SetPermissions(TableAccountSasPermissions permissions) => Permissions = Letters(permissions);

    /// <summary>Signs.</summary>
    /// <param name="sharedKeyCredential">The account's key.</param>
    /// <returns>The signature as a query, without a question mark.</returns>
    public string Sign(TableSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        var start = TableSasBuilder.Time(StartsOn);
        var end = TableSasBuilder.Time(ExpiresOn);
        var types = Letters(ResourceTypes);
        string[] signed = [sharedKeyCredential.AccountName, Permissions, "t", types, start, end, "", "", TableSasBuilder.Version, ""];
        return TableSasBuilder.Query(
            ("sv", TableSasBuilder.Version), ("ss", "t"), ("srt", types), ("st", start), ("se", end), ("sp", Permissions),
            ("sig", sharedKeyCredential.Sign(string.Join('\n', signed))));
    }

    /// <inheritdoc/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string? ToString() => base.ToString();

    private static string Letters(TableAccountSasPermissions permissions) => string.Concat(
        string.Concat(
            permissions.HasFlag(TableAccountSasPermissions.Read) ? "r" : "",
            permissions.HasFlag(TableAccountSasPermissions.Write) ? "w" : "",
            permissions.HasFlag(TableAccountSasPermissions.Delete) ? "d" : ""),
        permissions.HasFlag(TableAccountSasPermissions.List) ? "l" : "",
        permissions.HasFlag(TableAccountSasPermissions.Add) ? "a" : "",
        permissions.HasFlag(TableAccountSasPermissions.Update) ? "u" : "");

    private static string Letters(TableAccountSasResourceTypes types) => string.Concat(
        types.HasFlag(TableAccountSasResourceTypes.Service) ? "s" : "",
        types.HasFlag(TableAccountSasResourceTypes.Container) ? "c" : "",
        types.HasFlag(TableAccountSasResourceTypes.Object) ? "o" : "");
}
