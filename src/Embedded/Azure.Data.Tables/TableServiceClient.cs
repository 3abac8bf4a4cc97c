using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Sas;

namespace Azure.Data.Tables;

/// <summary>The tables of an account. Safe to use from many threads at once, and meant to live as long as the program.</summary>
public class TableServiceClient
{
    private readonly TablesEndpoint _endpoint;

    /// <summary>Opens an account at an address whose query is a shared access signature.</summary>
    /// <param name="endpoint">The address; https, unless it is this machine.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableServiceClient(Uri endpoint, TableClientOptions? options = default)
        : this(TablesEndpoint.Open(Required(endpoint), (AzureSasCredential?)null, options))
    {
    }

    /// <summary>Opens an account with a shared access signature.</summary>
    /// <param name="endpoint">The address; https, unless it is this machine.</param>
    /// <param name="credential">The signature, which may be renewed while the client lives.</param>
    public TableServiceClient(Uri endpoint, AzureSasCredential credential)
        : this(endpoint, credential, null)
    {
    }

    /// <summary>Opens an account with a shared access signature.</summary>
    /// <param name="endpoint">The address; https, unless it is this machine.</param>
    /// <param name="credential">The signature, which may be renewed while the client lives.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableServiceClient(Uri endpoint, AzureSasCredential credential, TableClientOptions? options = default)
        : this(TablesEndpoint.Open(Required(endpoint), Required(credential), options))
    {
    }

    /// <summary>Opens an account with its key.</summary>
    /// <param name="endpoint">The address.</param>
    /// <param name="credential">The account's name and key.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential)
        : this(endpoint, credential, null)
    {
    }

    /// <summary>Opens an account with its key.</summary>
    /// <param name="endpoint">The address.</param>
    /// <param name="credential">The account's name and key.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableServiceClient(Uri endpoint, TableSharedKeyCredential credential, TableClientOptions? options)
        : this(TablesEndpoint.Open(Required(endpoint), Required(credential), options))
    {
    }

    /// <summary>Opens the account that a connection string names.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="InvalidOperationException">The connection string names no account that can be reached.</exception>
    public TableServiceClient(string connectionString)
        : this(connectionString, null)
    {
    }

    /// <summary>Opens the account that a connection string names.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    /// <exception cref="InvalidOperationException">The connection string names no account that can be reached.</exception>
    public TableServiceClient(string connectionString, TableClientOptions? options = default)
        : this(TablesEndpoint.Open(connectionString, options))
    {
    }

    /// <summary>Opens an account with an identity.</summary>
    /// <param name="endpoint">The address; https always, or the first request fails.</param>
    /// <param name="tokenCredential">Where tokens come from.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableServiceClient(Uri endpoint, TokenCredential tokenCredential, TableClientOptions? options = default)
        : this(TablesEndpoint.Open(Required(endpoint), Required(tokenCredential), options))
    {
    }

    /// <summary>Makes a client that does nothing, for a test's own subclass.</summary>
    protected TableServiceClient() => _endpoint = null!;

    private TableServiceClient(TablesEndpoint endpoint) => _endpoint = endpoint;

    /// <summary>Gets the account's name.</summary>
    public virtual string AccountName => _endpoint.AccountName;

    /// <summary>Gets the account's address, without a signature.</summary>
    public virtual Uri Uri => _endpoint.Address;

    /// <summary>Writes a filter in which the values between the braces are quoted as the service wants them.</summary>
    /// <param name="filter">Such as <c>$"TableName eq {name}"</c>.</param>
    public static string CreateQueryFilter(FormattableString filter) => ODataLiteral.Filter(filter)!;

    /// <summary>Writes the filter that a condition stands for.</summary>
    /// <param name="filter">Comparisons of a table's name.</param>
    /// <exception cref="NotSupportedException">The service cannot do what the condition says.</exception>
    public static string CreateQueryFilter(Expression<Func<TableItem, bool>> filter) => ExpressionFilter.Translate(Required(filter));

    /// <summary>Opens a table of the account; whether it is there is not asked.</summary>
    /// <param name="tableName">The table's name.</param>
    public virtual TableClient GetTableClient(string tableName) => new(_endpoint, tableName);

    /// <summary>Makes a table.</summary>
    /// <param name="tableName">Its name: 3 to 63 letters and digits, a letter first; case is kept but makes no difference.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 409 <c>TableAlreadyExists</c>.</exception>
    public virtual Task<Response<TableItem>> CreateTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).CreateAsync(cancellationToken);

    /// <summary>Makes a table unless it is there.</summary>
    /// <param name="tableName">Its name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 409 <c>TableBeingDeleted</c>.</exception>
    public virtual Task<Response<TableItem>> CreateTableIfNotExistsAsync(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).CreateIfNotExistsAsync(cancellationToken);

    /// <summary>Deletes a table and all that is in it; one that is not there is answered with status 404 and without an exception.</summary>
    /// <param name="tableName">Its name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public virtual Task<Response> DeleteTableAsync(string tableName, CancellationToken cancellationToken = default) =>
        GetTableClient(tableName).DeleteAsync(cancellationToken);

    /// <summary>Lists tables, ordered by name.</summary>
    /// <param name="filter">Which; the values between the braces are quoted.</param>
    /// <param name="maxPerPage">How many a page has at most; null is the service's 1,000.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public virtual AsyncPageable<TableItem> QueryAsync(FormattableString filter, int? maxPerPage = default, CancellationToken cancellationToken = default) =>
        QueryAsync(ODataLiteral.Filter(filter), maxPerPage, cancellationToken);

    /// <summary>Lists tables, ordered by name.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="maxPerPage">How many a page has at most; null is the service's 1,000.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public virtual AsyncPageable<TableItem> QueryAsync(Expression<Func<TableItem, bool>> filter, int? maxPerPage = default, CancellationToken cancellationToken = default) =>
        QueryAsync(CreateQueryFilter(filter), maxPerPage, cancellationToken);

    /// <summary>Lists tables, ordered by name.</summary>
    /// <param name="filter">Which, as the service writes filters; null is all.</param>
    /// <param name="maxPerPage">How many a page has at most; null is the service's 1,000.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public virtual AsyncPageable<TableItem> QueryAsync(string? filter = default, int? maxPerPage = default, CancellationToken cancellationToken = default) =>
        new Pages<TableItem>((token, size, cancellation) => ReadPageAsync(filter, token, size, cancellation), maxPerPage, cancellationToken);

    /// <summary>Begins a shared access signature for the account's tables.</summary>
    /// <param name="permissions">What it allows.</param>
    /// <param name="resourceTypes">On what.</param>
    /// <param name="expiresOn">When it ends.</param>
    public virtual TableAccountSasBuilder GetSasBuilder(TableAccountSasPermissions permissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn) =>
        new(permissions, resourceTypes, expiresOn);

    /// <summary>Makes the account's address with a shared access signature.</summary>
    /// <param name="permissions">What it allows.</param>
    /// <param name="resourceTypes">On what.</param>
    /// <param name="expiresOn">When it ends.</param>
    /// <exception cref="InvalidOperationException">The client has no account key to sign with.</exception>
    public virtual Uri GenerateSasUri(TableAccountSasPermissions permissions, TableAccountSasResourceTypes resourceTypes, DateTimeOffset expiresOn) =>
        GenerateSasUri(GetSasBuilder(permissions, resourceTypes, expiresOn));

    /// <summary>Makes the account's address with a shared access signature.</summary>
    /// <param name="builder">What the signature says.</param>
    /// <exception cref="InvalidOperationException">The client has no account key to sign with.</exception>
    public virtual Uri GenerateSasUri(TableAccountSasBuilder builder) =>
        new UriBuilder(Uri) { Query = Required(builder).Sign(_endpoint.Key ?? throw new InvalidOperationException("Only a client with an account key can sign.")) }.Uri;

    private static T Required<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    private async Task<Page<TableItem>> ReadPageAsync(string? filter, string? token, int? size, CancellationToken cancellationToken)
    {
        using var message = TablesEndpoint.WithQuery(_endpoint.Query("/Tables", filter, null, size), ("NextTableName", token));
        var response = await _endpoint.SendAsync(message, cancellationToken);
        using var body = JsonDocument.Parse(response.Content.ToMemory());
        List<TableItem> tables = [.. body.RootElement.GetProperty("value").EnumerateArray().Select(static item => new TableItem(item.GetProperty("TableName").GetString()!))];
        response.Headers.TryGetValue("x-ms-continuation-NextTableName", out var next);
        return Page<TableItem>.FromValues(tables, next, response);
    }
}
