using System.Collections.Concurrent;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The hub's tables by name, each under the prefix of the settings. A table is made when it is first asked for; its client is kept.</summary>
public sealed class HubTables(TableServiceClient service, HubOptions hub)
{
    /// <summary>Journeys: one partition a lead.</summary>
    public const string Journeys = "Journeys";

    /// <summary>Known keys and the leads they lead to.</summary>
    public const string Identities = "Identities";

    /// <summary>When which lead is next to be looked at, by due time.</summary>
    public const string Deadlines = "Deadlines";

    /// <summary>Deliveries that came while the bus was away.</summary>
    public const string Spool = "Spool";

    /// <summary>What could not be processed and waits for a person, or for the record it belongs to.</summary>
    public const string Parked = "Parked";

    /// <summary>How far each connector has been polled.</summary>
    public const string Cursors = "Cursors";

    /// <summary>How each connector is doing.</summary>
    public const string Connectors = "Connectors";

    /// <summary>What ops have been told, or are to be told.</summary>
    public const string Notices = "Notices";

    /// <summary>The flip breakers that are open.</summary>
    public const string Breakers = "Breakers";

    /// <summary>Whose turn it was to get a handoff, and with whom handoffs wait.</summary>
    public const string RoundRobinTurns = "RoundRobinTurns";

    /// <summary>Connectors that are down, and how long the leads that depend on them are not told of.</summary>
    public const string Outages = "Outages";

    /// <summary>What waits to be mailed, by audience.</summary>
    public const string Mailbox = "Mailbox";

    /// <summary>When mails went out lately, for the throttle; and the key that signs links.</summary>
    public const string MailGate = "MailGate";

    /// <summary>What sales gave back, and why.</summary>
    public const string Returns = "Returns";

    private readonly ConcurrentDictionary<string, TableClient> _clients = new(StringComparer.Ordinal);

    /// <summary>The client of a table that is there.</summary>
    public async ValueTask<TableClient> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (_clients.TryGetValue(name, out var known))
        {
            return known;
        }

        var client = service.GetTableClient(hub.TablePrefix + name);
        await client.CreateIfNotExistsAsync(cancellationToken);
        return _clients.GetOrAdd(name, client);
    }
}
