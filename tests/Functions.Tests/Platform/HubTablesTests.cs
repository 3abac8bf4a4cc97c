using Azure.Core.Pipeline;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>The tables of the hub are created by whoever needs them first.</summary>
public sealed class HubTablesTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_is_created_once_however_many_need_it_at_the_same_time()
    {
        var gate = new Gate();
        var tables = Tables(gate);

        var asked = Enumerable.Range(0, 50).Select(_ => tables.GetAsync(HubTables.Journeys, Token).AsTask()).ToList();
        gate.Open();
        var clients = await Task.WhenAll(asked);

        Assert.Single(clients.Distinct());
        Assert.Equal(1, gate.Requests);
        await tables.GetAsync(HubTables.Journeys, Token);
        Assert.Equal(1, gate.Requests);
    }

    [Fact]
    public async Task Who_no_longer_waits_for_a_table_leaves_it_to_the_others()
    {
        var gate = new Gate();
        var tables = Tables(gate);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var (first, second) = (tables.GetAsync(HubTables.Journeys, impatient.Token).AsTask(), tables.GetAsync(HubTables.Journeys, Token).AsTask());
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Open();

        Assert.NotNull(await second);
        Assert.Equal(1, gate.Requests);
    }

    [Fact]
    public async Task A_table_that_could_not_be_created_is_tried_again_by_the_next_who_needs_it()
    {
        var gate = new Gate { Fails = true };
        gate.Open();
        var tables = Tables(gate);
        await Assert.ThrowsAnyAsync<Exception>(() => tables.GetAsync(HubTables.Journeys, Token).AsTask());

        gate.Fails = false;

        Assert.NotNull(await tables.GetAsync(HubTables.Journeys, Token));
    }

    private HubTables Tables(Gate gate)
    {
        var options = new TableClientOptions { Transport = new HttpClientTransport(gate), Retry = { MaxRetries = 0 } };
        return new(new TableServiceClient(azurite.ConnectionString, options), new HubOptions { PublicUrl = new("http://localhost"), TablePrefix = azurite.PrefixOfTest() });
    }

    /// <summary>Counts requests and lets none through before it is opened.</summary>
    private sealed class Gate() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _requests;

        public int Requests => _requests;

        public bool Fails { get; set; }

        public void Open() => _open.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            await _open.Task.WaitAsync(cancellationToken);
            return Fails ? throw new HttpRequestException("away") : await base.SendAsync(request, cancellationToken);
        }
    }
}
