// Stands in for the package Azure.Data.Tables on one machine; not for production, where the real package takes its place.
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Azure.Core;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Sas;

namespace Azure.Data.Tables;

/// <summary>One table. Safe to use from many threads at once, and meant to live as long as the program.</summary>
public class TableClient
{
    private readonly TablesEndpoint _endpoint;

    /// <summary>Opens a table at an address that ends with the table's name and whose query is a shared access signature.</summary>
    /// <param name="endpoint">The address; https, unless it is this machine.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableClient(Uri endpoint, TableClientOptions? options = default)
        : this(TableIn(endpoint), table => TablesEndpoint.Open(TablesEndpoint.WithoutTable(endpoint, table), (AzureSasCredential?)null, options))
    {
    }

    /// <summary>Opens a table at an address that ends with the table's name.</summary>
    /// <param name="endpoint">The address; https, unless it is this machine.</param>
    /// <param name="credential">The shared access signature, which may be renewed while the client lives.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableClient(Uri endpoint, AzureSasCredential credential, TableClientOptions? options = default)
        : this(TableIn(endpoint), table => TablesEndpoint.Open(TablesEndpoint.WithoutTable(endpoint, table), Required(credential), options))
    {
    }

    /// <summary>Opens a table of an account with its key.</summary>
    /// <param name="endpoint">The account's address.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="credential">The account's name and key.</param>
    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential)
        : this(endpoint, tableName, credential, null)
    {
    }

    /// <summary>Opens a table of an account with its key.</summary>
    /// <param name="endpoint">The account's address.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="credential">The account's name and key.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableClient(Uri endpoint, string tableName, TableSharedKeyCredential credential, TableClientOptions? options = default)
        : this(tableName, table => TablesEndpoint.Open(TablesEndpoint.WithoutTable(Required(endpoint), table), Required(credential), options))
    {
    }

    /// <summary>Opens a table as a connection string says.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="tableName">The table's name.</param>
    /// <exception cref="InvalidOperationException">The connection string names no account that can be reached.</exception>
    public TableClient(string connectionString, string tableName)
        : this(connectionString, tableName, null)
    {
    }

    /// <summary>Opens a table as a connection string says.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    /// <exception cref="InvalidOperationException">The connection string names no account that can be reached.</exception>
    public TableClient(string connectionString, string tableName, TableClientOptions? options = default)
        : this(tableName, _ => TablesEndpoint.Open(connectionString, options))
    {
    }

    /// <summary>Opens a table with an identity.</summary>
    /// <param name="endpoint">The account's address; https always, or the first request fails.</param>
    /// <param name="tableName">The table's name.</param>
    /// <param name="tokenCredential">Where tokens come from.</param>
    /// <param name="options">How to talk to the service; null is the usual way.</param>
    public TableClient(Uri endpoint, string tableName, TokenCredential tokenCredential, TableClientOptions? options = default)
        : this(tableName, table => TablesEndpoint.Open(TablesEndpoint.WithoutTable(Required(endpoint), table), Required(tokenCredential), options))
    {
    }

    /// <summary>Makes a client that does nothing, for a test's own subclass.</summary>
    protected TableClient()
    {
        _endpoint = null!;
        Name = null!;
        Uri = null!;
    }

    internal TableClient(TablesEndpoint endpoint, string tableName)
        : this(tableName, _ => endpoint)
    {
    }

    private TableClient(string tableName, Func<string, TablesEndpoint> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(tableName);
        Name = tableName;
        _endpoint = open(tableName);
        Uri = new UriBuilder(_endpoint.Address) { Path = $"{_endpoint.Address.AbsolutePath.TrimEnd('/')}/{tableName}" }.Uri;
    }

    /// <summary>Gets the table's name.</summary>
    public virtual string Name { get; }

    /// <summary>Gets the account's name.</summary>
    public virtual string AccountName => _endpoint.AccountName;

    /// <summary>Gets the table's address, without a signature.</summary>
    public virtual Uri Uri { get; }

    /// <summary>Writes a filter in which the values between the braces are quoted as the service wants them.</summary>
    /// <param name="filter">Such as <c>$"PartitionKey eq {key}"</c>.</param>
    /// <exception cref="ArgumentException">A value has a type that the service cannot compare with.</exception>
    public static string CreateQueryFilter(FormattableString filter) => ODataLiteral.Filter(filter)!;

    /// <summary>Writes the filter that a condition stands for.</summary>
    /// <typeparam name="T">The class of the entities.</typeparam>
    /// <param name="filter">Comparisons of properties with values, combined with and, or, not.</param>
    /// <exception cref="NotSupportedException">The service cannot do what the condition says.</exception>
    public static string CreateQueryFilter<T>(Expression<Func<T, bool>> filter) => ExpressionFilter.Translate(Required(filter));

    /// <summary>Makes the table.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 409 <c>TableAlreadyExists</c>.</exception>
    public virtual async Task<Response<TableItem>> CreateAsync(CancellationToken cancellationToken = default) =>
        Response.FromValue(new TableItem(Name), await _endpoint.CreateTableAsync(Name, mustBeNew: true, cancellationToken));

    /// <summary>Makes the table unless it is there.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 409 <c>TableBeingDeleted</c>.</exception>
    public virtual async Task<Response<TableItem>> CreateIfNotExistsAsync(CancellationToken cancellationToken = default) =>
        Response.FromValue(new TableItem(Name), await _endpoint.CreateTableAsync(Name, mustBeNew: false, cancellationToken));

    /// <summary>Deletes the table and all that is in it; one that is not there is answered with status 404 and without an exception.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    public virtual async Task<Response> DeleteAsync(CancellationToken cancellationToken = default) =>
        await _endpoint.DeleteTableAsync(Name, cancellationToken);

    /// <summary>Inserts an entity.</summary>
    /// <typeparam name="T">The entity's class.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The response; its ETag is the new entity's.</returns>
    /// <exception cref="RequestFailedException">Among others 409 <c>EntityAlreadyExists</c>, also where a first try had arrived and its answer had not.</exception>
    public virtual async Task<Response> AddEntityAsync<T>(T entity, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        using var message = _endpoint.Insert($"/{Name}", Body(Required(entity)));
        return await _endpoint.SendAsync(message, cancellationToken);
    }

    /// <summary>Gets an entity by its keys, the cheapest read there is.</summary>
    /// <typeparam name="T">The entity's class.</typeparam>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="rowKey">The row key.</param>
    /// <param name="select">The properties wanted; null is all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 404 <c>ResourceNotFound</c>.</exception>
    public virtual async Task<Response<T>> GetEntityAsync<T>(string partitionKey, string rowKey, IEnumerable<string>? select = default, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = _endpoint.Read(EntityPath(partitionKey, rowKey), Joined(select));
        var response = await _endpoint.SendAsync(message, cancellationToken);
        return Response.FromValue(ReadOne<T>(response), response);
    }

    /// <summary>Gets an entity by its keys, or learns that there is none.</summary>
    /// <typeparam name="T">The entity's class.</typeparam>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="rowKey">The row key.</param>
    /// <param name="select">The properties wanted; null is all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>A response whose <c>HasValue</c> is false when there is no such entity, or no such table.</returns>
    public virtual async Task<NullableResponse<T>> GetEntityIfExistsAsync<T>(
        string partitionKey, string rowKey, IEnumerable<string>? select = default, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        using var message = _endpoint.Read(EntityPath(partitionKey, rowKey), Joined(select));
        var response = await _endpoint.SendToMaybeMissingAsync(message, cancellationToken);
        return response.Status == 404 ? new NoValueResponse<T>(response) : Response.FromValue(ReadOne<T>(response), response);
    }

    /// <summary>Inserts an entity, or updates the one with its keys, without condition.</summary>
    /// <typeparam name="T">The entity's class.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="mode">What becomes of properties that it does not name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public virtual async Task<Response> UpsertEntityAsync<T>(T entity, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        using var message = _endpoint.Update(mode, EntityPath(Required(entity).PartitionKey, entity.RowKey), Body(entity), default);
        return await _endpoint.SendAsync(message, cancellationToken);
    }

    /// <summary>Updates an entity that is there.</summary>
    /// <typeparam name="T">The entity's class.</typeparam>
    /// <param name="entity">The entity.</param>
    /// <param name="ifMatch">The version expected; <see cref="ETag.All"/> is any.</param>
    /// <param name="mode">What becomes of properties that it does not name.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="ArgumentException">No version is given.</exception>
    /// <exception cref="RequestFailedException">Among others 412 <c>UpdateConditionNotSatisfied</c> and 404 <c>ResourceNotFound</c>.</exception>
    public virtual async Task<Response> UpdateEntityAsync<T>(T entity, ETag ifMatch, TableUpdateMode mode = TableUpdateMode.Merge, CancellationToken cancellationToken = default)
        where T : ITableEntity
    {
        Required(entity);
        if (ifMatch == default)
        {
            throw new ArgumentException("Value cannot be empty.", nameof(ifMatch));
        }

        using var message = _endpoint.Update(mode, EntityPath(entity.PartitionKey, entity.RowKey), Body(entity), ifMatch);
        return await _endpoint.SendAsync(message, cancellationToken);
    }

    /// <summary>Deletes an entity; one that is not there is answered with status 404 and without an exception.</summary>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="rowKey">The row key.</param>
    /// <param name="ifMatch">The version expected; the default is any.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 412 <c>UpdateConditionNotSatisfied</c>.</exception>
    public virtual async Task<Response> DeleteEntityAsync(string partitionKey, string rowKey, ETag ifMatch = default, CancellationToken cancellationToken = default)
    {
        using var message = _endpoint.Delete(EntityPath(partitionKey, rowKey), ifMatch == default ? ETag.All : ifMatch);
        return await _endpoint.SendToMaybeMissingAsync(message, cancellationToken);
    }

    /// <summary>Deletes an entity; one that is not there is answered with status 404 and without an exception.</summary>
    /// <param name="entity">The entity, of which only the keys matter.</param>
    /// <param name="ifMatch">The version expected; the default is any, not the entity's own.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RequestFailedException">Among others 412 <c>UpdateConditionNotSatisfied</c>.</exception>
    public virtual Task<Response> DeleteEntityAsync(ITableEntity entity, ETag ifMatch = default, CancellationToken cancellationToken = default) =>
        DeleteEntityAsync(Required(entity).PartitionKey, entity.RowKey, ifMatch, cancellationToken);

    /// <summary>Queries entities, ordered by partition key and row key.</summary>
    /// <typeparam name="T">The entities' class.</typeparam>
    /// <param name="filter">Which; see <see cref="CreateQueryFilter{T}"/> for what a condition may say.</param>
    /// <param name="maxPerPage">How many a page has at most; null is the service's 1,000. A page may have fewer, even none, and not be the last.</param>
    /// <param name="select">The properties wanted; null is all.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public virtual AsyncPageable<T> QueryAsync<T>(
        Expression<Func<T, bool>> filter, int? maxPerPage = default, IEnumerable<string>? select = default, CancellationToken cancellationToken = default)
        where T : class, ITableEntity => QueryAsync<T>(CreateQueryFilter(filter), maxPerPage, select, cancellationToken);

    /// <summary>Queries entities, ordered by partition key and row key.</summary>
    /// <typeparam name="T">The entities' class.</typeparam>
    /// <param name="filter">Which, as the service writes filters; null is all.</param>
    /// <param name="maxPerPage">How many a page has at most; null is the service's 1,000. A page may have fewer, even none, and not be the last.</param>
    /// <param name="select">The properties wanted; null is all.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public virtual AsyncPageable<T> QueryAsync<T>(
        string? filter = default, int? maxPerPage = default, IEnumerable<string>? select = default, CancellationToken cancellationToken = default)
        where T : class, ITableEntity
    {
        var wanted = Joined(select);
        return new Pages<T>((token, size, cancellation) => ReadPageAsync<T>(filter, wanted, token, size, cancellation), maxPerPage, cancellationToken);
    }

    /// <summary>Does up to 100 actions in one partition, all of them or none.</summary>
    /// <param name="transactionActions">The actions; each entity only once.</param>
    /// <param name="cancellationToken">Ends the request; whether it had already been done stays open then.</param>
    /// <returns>A response for each action, in their order, with the new ETag of what it wrote.</returns>
    /// <exception cref="TableTransactionFailedException">An action failed; it says which.</exception>
    /// <exception cref="InvalidOperationException">There are no actions.</exception>
    public virtual async Task<Response<IReadOnlyList<Response>>> SubmitTransactionAsync(
        IEnumerable<TableTransactionAction> transactionActions, CancellationToken cancellationToken = default)
    {
        var (boundary, body) = TransactionRequest.Write(_endpoint, Name, Required(transactionActions));
        using var message = _endpoint.Batch(boundary, body);
        var response = await _endpoint.SendAsync(message, cancellationToken);
        return Response.FromValue(TransactionResponse.Read(response), response);
    }

    /// <summary>Begins a shared access signature for this table.</summary>
    /// <param name="permissions">What it allows.</param>
    /// <param name="expiresOn">When it ends.</param>
    public virtual TableSasBuilder GetSasBuilder(TableSasPermissions permissions, DateTimeOffset expiresOn) => new(Name, permissions, expiresOn);

    /// <summary>Makes this table's address with a shared access signature.</summary>
    /// <param name="permissions">What it allows.</param>
    /// <param name="expiresOn">When it ends.</param>
    /// <exception cref="InvalidOperationException">The client has no account key to sign with.</exception>
    public virtual Uri GenerateSasUri(TableSasPermissions permissions, DateTimeOffset expiresOn) => GenerateSasUri(GetSasBuilder(permissions, expiresOn));

    /// <summary>Makes this table's address with a shared access signature.</summary>
    /// <param name="builder">What the signature says.</param>
    /// <exception cref="InvalidOperationException">The client has no account key to sign with.</exception>
    public virtual Uri GenerateSasUri(TableSasBuilder builder)
    {
        if (Required(builder).TableName != Name)
        {
            throw new ArgumentException("The signature is for another table than the client.", nameof(builder));
        }

        return new UriBuilder(Uri) { Query = builder.Sign(_endpoint.Key ?? throw new InvalidOperationException("Only a client with an account key can sign.")) }.Uri;
    }

    private static T Required<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    private static string TableIn(Uri endpoint) => Required(endpoint).Segments[^1].Trim('/');

    private static string? Joined(IEnumerable<string>? select) => select is null ? null : string.Join(',', select);

    private static ReadOnlyMemory<byte> Body(ITableEntity entity)
    {
        ArrayBufferWriter<byte> body = new(1024);
        EntityWriter.Write(body, entity);
        return body.WrittenMemory;
    }

    private static T ReadOne<T>(Response response)
        where T : class, ITableEntity => new EntityReader<T>().ReadOne(response.Content.ToMemory().Span);

    /// <summary>A token is the two keys that the service wants back, as it sent them, with a space between.</summary>
    private static string? Token(Response response)
    {
        response.Headers.TryGetValue("x-ms-continuation-NextPartitionKey", out var partition);
        response.Headers.TryGetValue("x-ms-continuation-NextRowKey", out var row);
        return partition is null && row is null ? null : $"{partition} {row}";
    }

    private string EntityPath(string partitionKey, string rowKey) => TablesEndpoint.EntityPath(Name, Required(partitionKey), Required(rowKey));

    private async Task<Page<T>> ReadPageAsync<T>(string? filter, string? select, string? token, int? size, CancellationToken cancellationToken)
        where T : class, ITableEntity
    {
        using var message = _endpoint.Query($"/{Name}()", filter, select, size);
        if (token?.Split(' ', 2) is [var partition, var row])
        {
            TablesEndpoint.WithQuery(message, ("NextPartitionKey", partition), ("NextRowKey", row.Length == 0 ? null : row));
        }

        var response = await _endpoint.SendAsync(message, cancellationToken);
        return Page<T>.FromValues(new EntityReader<T>().ReadPage(response.Content.ToMemory().Span), Token(response), response);
    }
}
