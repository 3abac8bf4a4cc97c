using System.Collections.Concurrent;
using Azure.Data.Tables;
using BitFaster.Caching.Atomic;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The hub's tables by name, under the configured prefix. A table is created at its first use,
/// and its client is cached.</summary>
internal sealed class HubTables(TableServiceClient service, HubOptions hub)
{
    /// <summary>Effects outwards of the present hour, by channel.</summary>
    public const string Outward = "Outward";

    /// <summary>When the hub first ran.</summary>
    public const string Hub = "Hub";

    /// <summary>Journeys: one partition for each lead.</summary>
    public const string Journeys = "Journeys";

    /// <summary>Identity keys and the leads they belong to.</summary>
    public const string Identities = "Identities";

    /// <summary>When each lead is due for its next check, by time.</summary>
    public const string Deadlines = "Deadlines";

    /// <summary>Messages whose work began and has not ended.</summary>
    public const string Suspects = "Suspects";

    /// <summary>Deliveries that arrived while the bus was down.</summary>
    public const string Spool = "Spool";

    /// <summary>Deliveries and facts that wait for an operator, or for their person.</summary>
    public const string Parked = "Parked";

    /// <summary>How far each connector was polled.</summary>
    public const string Cursors = "Cursors";

    /// <summary>The state of each connector.</summary>
    public const string Connectors = "Connectors";

    /// <summary>Ops notices, pending or sent.</summary>
    public const string Notices = "Notices";

    /// <summary>The open sync-loop breakers.</summary>
    public const string Breakers = "Breakers";

    /// <summary>Round-robin turns and reserved handoffs.</summary>
    public const string RoundRobinTurns = "RoundRobinTurns";

    /// <summary>Connectors that are down or recovering.</summary>
    public const string Outages = "Outages";

    /// <summary>Pending alerts by recipient group.</summary>
    public const string Mailbox = "Mailbox";

    /// <summary>Recent mails, for the throttle.</summary>
    public const string MailGate = "MailGate";

    /// <summary>The keys that protect the links in mails.</summary>
    public const string KeyRing = "KeyRing";

    /// <summary>Leads that sales gave back, and why.</summary>
    public const string Returns = "Returns";

    /// <summary>Who did what to whom.</summary>
    public const string Audit = "Audit";

    /// <summary>Erasures in their time of grace, and the brake on them.</summary>
    public const string Erasures = "Erasures";

    /// <summary>The keys of archived deliveries, by day.</summary>
    public const string ArchiveKeys = "ArchiveKeys";

    /// <summary>Replays of the archive, and the leads that they compare.</summary>
    public const string Replays = "Replays";

    /// <summary>Replays and purges of dead letters.</summary>
    public const string DeadLetterJobs = "DeadLetterJobs";

    /// <summary>The ids of erased leads, by day.</summary>
    public const string ErasureLedger = "ErasureLedger";

    /// <summary>What leads and deals add to the figures, and the sums.</summary>
    public const string Tallies = "Tallies";

    /// <summary>How the people of each two tools compare, and whom one lacks.</summary>
    public const string Parity = "Parity";

    private readonly ConcurrentDictionary<string, AsyncAtomicFactory<string, TableClient>> _clients = new(StringComparer.Ordinal);

    /// <summary>Returns the client of a table, which exists then. Whoever asks while it is being created waits for that.</summary>
    public async ValueTask<TableClient> GetAsync(string name, CancellationToken cancellationToken) =>
        _clients.TryGetValue(name, out TableClient? known)
            ? known
            : await _clients.GetOrAddAsync(name, CreateAsync).AsTask().WaitAsync(cancellationToken);

    /// <summary>Works as <see cref="GetAsync"/>, for the start of the hub.</summary>
    public TableClient Get(string name)
    {
        var client = ClientOf(name);
        client.CreateIfNotExists();
        _clients.TryAdd(name, new(client));
        return client;
    }

    /// <summary>Creates a table for all who wait for it: none of them can cancel it. A failure is not remembered.</summary>
    private async Task<TableClient> CreateAsync(string name)
    {
        var client = ClientOf(name);
        await client.CreateIfNotExistsAsync(CancellationToken.None);
        return client;
    }

    private TableClient ClientOf(string name) => service.GetTableClient(hub.TablePrefix + name);
}
