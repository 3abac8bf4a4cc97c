namespace IntegrationHub.Tests.Support;

/// <summary>A real table store for tests: the one that HUB_TEST_TABLES names or, without that, an Azurite of this run alone.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private AzuriteProcess? _process;

    /// <summary>Gets whether the store is Azurite, whose few deviations from the service some tests have to know.</summary>
    public bool IsAzurite => _process is not null;

    /// <summary>Gets how to reach the store.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        ConnectionString = Environment.GetEnvironmentVariable("HUB_TEST_TABLES") ?? "";
        if (ConnectionString.Length == 0)
        {
            _process = await AzuriteProcess.StartAsync();
            ConnectionString = _process.ConnectionString;
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The tests that share one Azurite.</summary>
[CollectionDefinition(nameof(Azurite))]
public sealed class AzuriteTests : ICollectionFixture<Azurite>;
