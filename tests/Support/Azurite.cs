using System.Collections.Concurrent;
using Azure.Data.Tables;

namespace IntegrationHub.Tests.Support;

/// <summary>
/// A real table store for all tests of an assembly: the one that HUB_TEST_TABLES names or, without that, an Azurite of this run alone.
/// A test has tables of its own in it, by a prefix of their names.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    private readonly string _run = $"t{Guid.NewGuid().ToString("N")[..6]}";
    private AzuriteProcess? _process;
    private readonly ConcurrentDictionary<string, string> _prefixes = new();
    private int _tests;

    /// <summary>Gets how to reach the store.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The prefix that the tables of the present test have, and nobody else's.</summary>
    public string PrefixOfTest() => _prefixes.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => $"{_run}x{Interlocked.Increment(ref _tests)}x");

    public async ValueTask InitializeAsync()
    {
        ConnectionString = Environment.GetEnvironmentVariable("HUB_TEST_TABLES") ?? "";
        if (ConnectionString.Length == 0)
        {
            _process = await AzuriteProcess.StartAsync();
            ConnectionString = _process.ConnectionString;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            return;
        }

        var tables = new TableServiceClient(ConnectionString);
        await foreach (var table in tables.QueryAsync(table => table.Name.CompareTo(_run) >= 0 && table.Name.CompareTo($"{_run}y") < 0))
        {
            await tables.DeleteTableAsync(table.Name);
        }
    }
}
