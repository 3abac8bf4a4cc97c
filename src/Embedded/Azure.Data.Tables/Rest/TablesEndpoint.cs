using System.Globalization;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables;

/// <summary>An account's table service: its address, the pipeline to it, and the requests it takes.</summary>
internal sealed class TablesEndpoint
{
    private const string Json = "application/json";
    private const string JsonMinimal = "application/json;odata=minimalmetadata";

    private static readonly StatusCodeClassifier MissingIsFine = new([200, 201, 202, 204, 404]);
    private static readonly StatusCodeClassifier ExistingIsFine = new([200, 201, 202, 204, 409]);

    private readonly HttpPipeline _pipeline;
    private readonly string _version;

    private TablesEndpoint(Uri address, TableSharedKeyCredential? key, HttpPipelinePolicy? authorization, TableClientOptions? options)
    {
        options ??= new TableClientOptions();
        Address = new UriBuilder(address) { Path = address.AbsolutePath.TrimEnd('/'), Query = "" }.Uri;
        Key = key;
        _version = options.Version;

        var build = new HttpPipelineOptions(options) { RequestFailedDetailsParser = ServiceErrorParser.Instance };
        if (authorization is not null)
        {
            build.PerRetryPolicies.Add(authorization);
        }

        _pipeline = HttpPipelineBuilder.Build(build);
    }

    /// <summary>Gets the address of the account's tables, without a signature.</summary>
    internal Uri Address { get; }

    /// <summary>Gets the account's key; null when the client was let in otherwise.</summary>
    internal TableSharedKeyCredential? Key { get; }

    /// <summary>Gets the account's name: what the address begins with or, on an emulator, the path.</summary>
    internal string AccountName => Key?.AccountName ?? (Address.HostNameType == UriHostNameType.Dns && !Address.IsLoopback ? Address.Host.Split('.')[0] : Address.AbsolutePath.Trim('/'));

    internal static TablesEndpoint Open(string connectionString, TableClientOptions? options)
    {
        var parsed = TablesConnectionString.Parse(connectionString);
        return parsed.Key is not null ? Open(parsed.Endpoint, parsed.Key, options) : new(parsed.Endpoint, null, new SasPolicy(parsed.Sas!), options);
    }

    internal static TablesEndpoint Open(Uri address, TableSharedKeyCredential key, TableClientOptions? options) =>
        new(address, key, new SharedKeyPolicy(key), options);

    internal static TablesEndpoint Open(Uri address, TokenCredential credential, TableClientOptions? options) =>
        new(address, null, new BearerTokenAuthenticationPolicy(credential, "https://storage.azure.com/.default"), options);

    /// <summary>Opens an address whose query is a shared access signature, or one with that signature beside it.</summary>
    internal static TablesEndpoint Open(Uri address, AzureSasCredential? sas, TableClientOptions? options)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            throw new ArgumentException("Cannot use a SAS token credential without HTTPS.", nameof(address));
        }

        sas ??= address.Query.Length > 1 ? new AzureSasCredential(address.Query[1..]) : null;
        return new(address, null, sas is null ? null : new SasPolicy(sas), options);
    }

    /// <summary>The same account at an address without the table's name at its end.</summary>
    internal static Uri WithoutTable(Uri address, string table)
    {
        var builder = new UriBuilder(address);
        var path = builder.Path.TrimEnd('/');
        if (path.EndsWith($"/{table}", StringComparison.OrdinalIgnoreCase))
        {
            builder.Path = path[..^(table.Length + 1)];
        }

        return builder.Uri;
    }

    /// <summary>The path of an entity behind the account's address.</summary>
    internal static string EntityPath(string table, string partitionKey, string rowKey) =>
        $"/{table}(PartitionKey='{Escape(partitionKey)}',RowKey='{Escape(rowKey)}')";

    /// <summary>A key as it stands in a path: quotes doubled, everything else that a path cannot hold percent-encoded.</summary>
    internal static string Escape(string key) => Uri.EscapeDataString(key.Contains('\'', StringComparison.Ordinal) ? key.Replace("'", "''", StringComparison.Ordinal) : key);

    internal HttpMessage Request(RequestMethod method, string path)
    {
        var message = _pipeline.CreateMessage();
        var request = message.Request;
        request.Method = method;
        request.Uri.Reset(Address);
        request.Uri.AppendPath(path, escape: false);
        request.Headers.Add("x-ms-version", _version);
        request.Headers.Add("DataServiceVersion", "3.0");
        request.Headers.Add(HttpHeader.Names.Accept, JsonMinimal);
        return message;
    }

    internal HttpMessage Read(string path, string? select = null) => WithQuery(Request(RequestMethod.Get, path), ("$select", select));

    internal HttpMessage Query(string path, string? filter, string? select, int? top) =>
        WithQuery(Request(RequestMethod.Get, path), ("$filter", filter), ("$select", select), ("$top", top?.ToString(CultureInfo.InvariantCulture)));

    internal HttpMessage Insert(string path, ReadOnlyMemory<byte> body)
    {
        var message = WithBody(Request(RequestMethod.Post, path), body);
        message.Request.Headers.Add("Prefer", "return-no-content");
        return message;
    }

    internal HttpMessage Update(TableUpdateMode mode, string path, ReadOnlyMemory<byte> body, ETag ifMatch) =>
        WithCondition(WithBody(Request(Method(mode), path), body), ifMatch);

    internal HttpMessage Delete(string path, ETag ifMatch) => WithCondition(Request(RequestMethod.Delete, path), ifMatch);

    internal HttpMessage Batch(string boundary, ReadOnlyMemory<byte> body)
    {
        var message = WithBody(Request(RequestMethod.Post, "/$batch"), body);
        message.Request.Headers.SetValue(HttpHeader.Names.ContentType, $"multipart/mixed; boundary={boundary}");
        return message;
    }

    internal async ValueTask<Response> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        await _pipeline.SendAsync(message, cancellationToken);
        return message.Response.IsError ? throw new RequestFailedException(message.Response) : message.Response;
    }

    /// <summary>Sends what may meet nothing there: 404 is an answer like any other.</summary>
    internal ValueTask<Response> SendToMaybeMissingAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        message.ResponseClassifier = MissingIsFine;
        return SendAsync(message, cancellationToken);
    }

    /// <summary>Makes a table, unless there is one already or <paramref name="mustBeNew"/> says it has to be the first.</summary>
    internal async Task<Response> CreateTableAsync(string table, bool mustBeNew, CancellationToken cancellationToken)
    {
        using var message = Insert("/Tables", Encoding.UTF8.GetBytes($$"""{"TableName":"{{JsonEncoded(table)}}"}"""));
        if (mustBeNew)
        {
            return await SendAsync(message, cancellationToken);
        }

        message.ResponseClassifier = ExistingIsFine;
        var response = await SendAsync(message, cancellationToken);
        return response.Status == 409 && new RequestFailedException(response) is var conflict && conflict.ErrorCode != Models.TableErrorCode.TableAlreadyExists ? throw conflict : response;
    }

    internal async Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken)
    {
        using var message = Request(RequestMethod.Delete, $"/Tables('{Escape(table)}')");
        return await SendToMaybeMissingAsync(message, cancellationToken);
    }

    internal static RequestMethod Method(TableUpdateMode mode) => mode switch
    {
        TableUpdateMode.Merge => RequestMethod.Patch,
        TableUpdateMode.Replace => RequestMethod.Put,
        _ => throw new ArgumentException($"Unexpected value for {nameof(mode)}: {mode}", nameof(mode)),
    };

    internal static HttpMessage WithQuery(HttpMessage message, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                message.Request.Uri.AppendQuery(name, value, escapeValue: true);
            }
        }

        return message;
    }

    private static string JsonEncoded(string text) => System.Text.Json.JsonEncodedText.Encode(text).Value;

    private static HttpMessage WithBody(HttpMessage message, ReadOnlyMemory<byte> body)
    {
        message.Request.Headers.Add(HttpHeader.Names.ContentType, Json);
        message.Request.Content = RequestContent.Create(body);
        return message;
    }

    private static HttpMessage WithCondition(HttpMessage message, ETag ifMatch)
    {
        if (ifMatch != default)
        {
            message.Request.Headers.Add(HttpHeader.Names.IfMatch, ifMatch.ToString());
        }

        return message;
    }
}
