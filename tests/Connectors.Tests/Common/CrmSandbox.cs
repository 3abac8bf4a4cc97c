using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>A CRM that keeps state, over real HTTP, and the connector that calls it.</summary>
public abstract class CrmSandbox : IAsyncLifetime
{
    private ServiceProvider _provider = null!;

    protected static LeadId Lead { get; } = LeadId.Parse("0123456789abcdef01234567");

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected SandboxHost Sandbox { get; private set; } = null!;

    /// <summary>Gets the connector's name.</summary>
    protected abstract string Vendor { get; }

    /// <summary>Returns the settings of the connector.</summary>
    protected abstract IEnumerable<KeyValuePair<string, string?>> SettingsAt(string url);

    public async ValueTask InitializeAsync()
    {
        Sandbox = await SandboxHost.StartAsync(new() { Urls = "http://127.0.0.1:0" }, Stop);
        _provider = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(
            SettingsAt(Sandbox.Url).Select(setting => KeyValuePair.Create($"Connectors:{Vendor}:{setting.Key}", setting.Value))).Build()).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected T Connector<T>()
        where T : class, IConnector => _provider.GetRequiredService<ConnectorSet>().Find<T>(Vendor)!;

    /// <summary>Polls until there is no more, and reads it.</summary>
    private protected async Task<(IReadOnlyList<Connectors.Events.SourceEvent> Events, string Cursor)> PollAsync(string? cursor, DateTimeOffset? now = null)
    {
        var (source, events) = (Connector<IPollSource>(), new List<Connectors.Events.SourceEvent>());
        for (var steps = 0; steps < 100; steps++)
        {
            var page = await source.PollAsync(cursor, now ?? TimeProvider.System.GetUtcNow(), Stop);
            events.AddRange(page.Deliveries.SelectMany(source.Read));
            cursor = page.NextCursor;
            if (!page.More)
            {
                return (events, cursor);
            }
        }

        throw new InvalidOperationException("The poll does not end.");
    }

    private protected HandoffOrder Order(string id = "handoff-1", string? known = null, LeadProfile? profile = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(
            new() { Id = id, To = Team.Sales, Stage = FunnelStage.Evaluation, EnteredAt = now, AnnouncedAt = now, Reason = "asked for a price" },
            new()
            {
                LeadId = Lead, Stage = FunnelStage.Evaluation, Owner = Team.Sales, EnteredAt = now, Entries = [], Deals = [], EmailConsent = ConsentState.Unknown,
                Profile = profile ?? new() { FirstName = "Ada", LastName = "O'Byron", Email = "ada@example.com", Company = "Engines Ltd" },
                Identities = known is null ? [] : [IdentityKey.Person(Vendor, known)], Held = [], Hash = "",
            },
            new() { Who = "Ada <Byron>", Company = "Engines Ltd", Stage = "Evaluation", WhyNow = "asked for a price", Story = [], Missing = [] },
            now.AddDays(1));
    }
}
