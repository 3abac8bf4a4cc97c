using System.Net;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

/// <summary>Answers that the service gives and Azurite does not, or not in this form.</summary>
public sealed class ServiceAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static TableClient Client(Wire wire) => new(
        "AccountName=hub;AccountKey=a2V5", "leads", new TableClientOptions { Transport = new HttpClientTransport(new HttpClient(wire)) });

    private static TableTransactionAction Add(string row) => new(TableTransactionActionType.Add, new TableEntity("p", row) { ["A"] = "x" });

    [Fact]
    public async Task An_empty_page_with_a_token_is_not_the_end()
    {
        Wire wire = new(
            _ => Wire.Answer(HttpStatusCode.OK, """{"value":[]}""", headers: [("x-ms-continuation-NextPartitionKey", "1!8!cA--"), ("x-ms-continuation-NextRowKey", "1!8!cg--")]),
            _ => Wire.Answer(HttpStatusCode.OK, """{"value":[]}""", headers: ("x-ms-continuation-NextPartitionKey", "1!8!cQ--")),
            _ => Wire.Answer(HttpStatusCode.OK, """{"value":[{"odata.etag":"W/\"1\"","PartitionKey":"p","RowKey":"r","Timestamp":"2026-01-02T03:04:05.1234567Z","Missing":null}]}"""));

        var entity = Assert.Single(await Client(wire).QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Equal(["", "?NextPartitionKey=1%218%21cA--&NextRowKey=1%218%21cg--", "?NextPartitionKey=1%218%21cQ--"], wire.Sent.Select(request => request.Uri.Query));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567), entity.Timestamp);
        Assert.Null(entity["Missing"]);
    }

    [Fact]
    public async Task A_transaction_is_one_request_with_a_part_for_each_action()
    {
        Wire wire = new(_ => Batch("HTTP/1.1 204 No Content\r\nETag: W/\"a\"\r\nPreference-Applied: return-no-content\r\n\r\n", "HTTP/1.1 204 No Content\r\nETag: W/\"b\"\r\n\r\n"));

        var response = await Client(wire).SubmitTransactionAsync(
            [Add("it's"), new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "s") { ["N"] = 1L }, new("W/\"old\""))], Cancellation);

        var (method, uri, body, headers) = Assert.Single(wire.Sent);
        var batch = headers["Content-Type"].Split("boundary=")[1];
        var id = batch["batch_".Length..];
        Assert.Equal(("POST", "https://hub.table.core.windows.net/$batch"), (method, uri.AbsoluteUri));
        Assert.Equal(
            $$"""
            --{{batch}}
            Content-Type: multipart/mixed; boundary=changeset_{{id}}

            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            POST https://hub.table.core.windows.net/leads HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"it's","A":"x"}
            --changeset_{{id}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            PATCH https://hub.table.core.windows.net/leads(PartitionKey='p',RowKey='s') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            If-Match: W/"old"
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"s","N@odata.type":"Edm.Int64","N":"1"}
            --changeset_{{id}}--
            --{{batch}}--

            """.ReplaceLineEndings("\r\n"),
            body);
        Assert.Equal(["W/\"a\"", "W/\"b\""], response.Value.Select(answer => answer.Headers.ETag.ToString()));
        Assert.True(response.Value[0].Headers.TryGetValue("preference-applied", out var applied));
        Assert.Equal("return-no-content", applied);
    }

    [Theory]
    [InlineData(TableTransactionActionType.Delete, "DELETE", "", "*")]
    [InlineData(TableTransactionActionType.Delete, "DELETE", "W/\"1\"", "W/\"1\"")]
    [InlineData(TableTransactionActionType.UpdateMerge, "PATCH", "", null)]
    [InlineData(TableTransactionActionType.UpdateReplace, "PUT", "*", "*")]
    [InlineData(TableTransactionActionType.UpsertMerge, "PATCH", "W/\"1\"", null)]
    [InlineData(TableTransactionActionType.UpsertReplace, "PUT", "W/\"1\"", null)]
    [InlineData(TableTransactionActionType.Add, "POST", "W/\"1\"", null)]
    public async Task A_delete_always_has_a_condition_and_an_upsert_or_add_never(TableTransactionActionType type, string method, string etag, string? condition)
    {
        Wire wire = new(_ => Batch("HTTP/1.1 204 No Content\r\n\r\n"));

        await Client(wire).SubmitTransactionAsync([new(type, new TableEntity("p", "r"), etag.Length == 0 ? default : new(etag))], Cancellation);

        var lines = Assert.Single(wire.Sent).Body.Split("\r\n");
        Assert.Contains(lines, line => line.StartsWith($"{method} https://", StringComparison.Ordinal));
        Assert.Equal(condition, lines.SingleOrDefault(line => line.StartsWith("If-Match: ", StringComparison.Ordinal))?["If-Match: ".Length..]);
    }

    [Theory]
    [InlineData(0, 409, "EntityAlreadyExists", "0:The specified entity already exists.")]
    [InlineData(99, 404, "ResourceNotFound", "99:The specified resource does not exist.")]
    [InlineData(1, 400, "CommandsInBatchActOnDifferentPartitions", "1:All commands in a batch must operate on same entity group.")]
    [InlineData(null, 400, "InvalidInput", "Something: without a place.")]
    public async Task A_failed_transaction_tells_code_and_place(int? index, int status, string code, string message)
    {
        Wire wire = new(_ => Batch(
            $"HTTP/1.1 {status} Refused\r\nDataServiceVersion: 3.0;\r\nContent-Type: application/json;odata=minimalmetadata\r\n\r\n"
            + $$$$"""{"odata.error":{"code":"{{{{code}}}}","message":{"lang":"en-US","value":"{{{{message}}}}\nRequestId:1\nTime:2026-01-01T00:00:00Z"}}}"""));

        var failure = await Assert.ThrowsAsync<TableTransactionFailedException>(() => Client(wire).SubmitTransactionAsync([Add("a")], Cancellation));

        Assert.Equal((status, code, index), (failure.Status, failure.ErrorCode, failure.FailedTransactionActionIndex));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_refused_before_any_action_is_a_plain_failure()
    {
        Wire wire = new(_ => Wire.Answer(HttpStatusCode.RequestEntityTooLarge, """{"odata.error":{"code":"RequestBodyTooLarge","message":{"lang":"en-US","value":"Too large."}}}"""));

        var failure = await Assert.ThrowsAsync<Azure.RequestFailedException>(() => Client(wire).SubmitTransactionAsync([Add("a")], Cancellation));

        Assert.Equal((413, "RequestBodyTooLarge"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task A_table_that_is_still_being_deleted_cannot_be_made_yet()
    {
        Wire wire = new(_ => Wire.Answer(
            HttpStatusCode.Conflict, """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"The specified table is being deleted. Try operation later."}}}"""));

        var failure = await Assert.ThrowsAsync<Azure.RequestFailedException>(() => Client(wire).CreateIfNotExistsAsync(Cancellation));

        Assert.Equal((409, "TableBeingDeleted"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task A_proxys_error_page_is_a_failure_without_code()
    {
        Wire wire = new(_ => Wire.Answer(HttpStatusCode.NotFound, "<html>Not here</html>", "text/html"));

        var failure = await Assert.ThrowsAsync<Azure.RequestFailedException>(() => Client(wire).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation));

        Assert.Equal((404, null), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Only_types_that_JSON_cannot_tell_are_written_and_neither_time_nor_version()
    {
        Wire wire = new(_ => Wire.Answer(HttpStatusCode.NoContent));

        await Client(wire).UpsertEntityAsync(
            new TableEntity("p", "r") { ["S"] = "s", ["B"] = true, ["I"] = 1, ["D"] = 2.0, ["N"] = null, ETag = new("W/\"1\""), Timestamp = DateTimeOffset.UnixEpoch }, cancellationToken: Cancellation);

        var (method, uri, body, headers) = Assert.Single(wire.Sent);
        Assert.Equal(("PATCH", "/leads(PartitionKey='p',RowKey='r')"), (method, uri.AbsolutePath));
        Assert.Equal("""{"PartitionKey":"p","RowKey":"r","S":"s","B":true,"I":1,"D@odata.type":"Edm.Double","D":2}""", body);
        Assert.False(headers.ContainsKey("If-Match"));
    }

    private static HttpResponseMessage Batch(params string[] answers) => Wire.Answer(
        HttpStatusCode.Accepted,
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n"
        + string.Concat(answers.Select(answer => $"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n{answer}\r\n"))
        + "--changesetresponse_2--\r\n--batchresponse_1--\r\n",
        "multipart/mixed; boundary=batchresponse_1");
}
