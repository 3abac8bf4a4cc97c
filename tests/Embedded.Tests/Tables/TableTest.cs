using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace IntegrationHub.Embedded.Tests.Tables;

/// <summary>A test with a table of its own.</summary>
[Collection(nameof(Azurite))]
public abstract class TableTest(Azurite azurite) : IAsyncLifetime
{
    protected Azurite Store { get; } = azurite;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TableClient Table { get; } = new(azurite.ConnectionString, $"t{Guid.NewGuid():N}");

    public virtual async ValueTask InitializeAsync() => await Table.CreateIfNotExistsAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await Table.DeleteAsync(CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    /// <summary>The same table, over a transport of the test's making that tries again without waiting.</summary>
    protected TableClient Over(HttpMessageHandler handler)
    {
        TableClientOptions options = new() { Transport = new HttpClientTransport(new HttpClient(handler)) };
        options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
        return new(Store.ConnectionString, Table.Name, options);
    }

    protected async Task<TableEntity> ReadAsync(string row, string partition = "p") => await Table.GetEntityAsync<TableEntity>(partition, row, cancellationToken: Cancellation);

    protected async Task<bool> ExistsAsync(string row, string partition = "p") =>
        (await Table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: Cancellation)).HasValue;

    protected static async Task<RequestFailedException> FailsAsync(int status, string code, Func<Task> act)
    {
        var failure = await Assert.ThrowsAnyAsync<RequestFailedException>(act);
        Assert.Equal((status, code), (failure.Status, failure.ErrorCode));
        return failure;
    }
}
