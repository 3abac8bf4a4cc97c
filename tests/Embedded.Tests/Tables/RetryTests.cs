using System.Net;
using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class RetryTests(Azurite azurite) : TableTest(azurite)
{
    private static HttpResponseMessage? Busy(HttpRequestMessage request) => Wire.Answer(HttpStatusCode.ServiceUnavailable,
        """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is busy."}}}""");

    [Fact]
    public async Task A_busy_service_is_asked_again()
    {
        Wire wire = new(Busy, Busy);

        await Over(wire).AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation);

        Assert.Equal(3, wire.Sent.Count);
        Assert.Single(wire.Sent.Select(request => request.Body).Distinct());
        Assert.Equal(1, (await ReadAsync("r")).GetInt32("A"));
    }

    [Fact]
    public async Task After_three_more_tries_the_failure_is_the_callers()
    {
        Wire wire = new(Busy, Busy, Busy, Busy, Busy);

        var failure = await FailsAsync(503, "ServerBusy", () => Over(wire).GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancellation));

        Assert.Contains("The server is busy.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, wire.Sent.Count);
    }

    [Fact]
    public async Task An_add_whose_answer_was_lost_comes_back_as_a_conflict()
    {
        Wire wire = new() { AnswerLost = 1 };

        await FailsAsync(409, "EntityAlreadyExists", () => Over(wire).AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation));

        Assert.Equal(2, wire.Sent.Count);
        Assert.Equal(1, (await ReadAsync("r")).GetInt32("A"));
    }

    [Fact]
    public async Task A_transaction_is_sent_again_byte_for_byte()
    {
        Wire wire = new(Busy);

        await Over(wire).SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "r"))], Cancellation);

        Assert.Equal(2, wire.Sent.Count);
        Assert.Equal(wire.Sent[0].Body, wire.Sent[1].Body);
        Assert.True(await ExistsAsync("r"));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.PreconditionFailed)]
    public async Task A_refusal_is_not_asked_again(HttpStatusCode status)
    {
        Wire wire = new(_ => Wire.Answer(status));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Over(wire).AddEntityAsync(new TableEntity("p", "r"), Cancellation));

        Assert.Equal(((int)status, null, 1), (failure.Status, failure.ErrorCode, wire.Sent.Count));
    }

    [Fact]
    public async Task A_caller_who_goes_while_the_service_is_busy_waits_no_longer()
    {
        using CancellationTokenSource gone = new();
        Wire wire = new(_ =>
        {
            gone.Cancel();
            return Busy(_);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Over(wire).AddEntityAsync(new TableEntity("p", "r"), gone.Token));

        Assert.Single(wire.Sent);
    }
}
