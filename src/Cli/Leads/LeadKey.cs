using System.CommandLine;
using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Leads;

/// <summary>How people name a lead: its id, an address, or a tool's record as <c>hubspot:4711</c>.</summary>
internal static class LeadKey
{
    /// <summary>Makes the argument.</summary>
    public static Argument<string> Argument()
    {
        var key = new Argument<string>("LEAD") { Description = "The lead's id, an e-mail address, or a record as connector:id." };
        key.Validators.Add(given =>
        {
            if (PathOf(given.GetValueOrDefault<string>() ?? "") is null)
            {
                given.AddError("LEAD: must be a lead's id, an e-mail address or connector:id, for example hubspot:4711.");
            }
        });
        return key;
    }

    /// <summary>Asks the hub for a lead.</summary>
    public static Task<HubAnswer> FindAsync(HubClient hub, string key, CancellationToken cancellationToken) =>
        hub.GetAsync(PathOf(key)!, cancellationToken);

    /// <summary>Asks the hub about a lead by its id, which is looked up for any other name.</summary>
    public static async Task<HubAnswer> WithIdAsync(
        HubClient hub, string key, Func<LeadId, Task<HubAnswer>> askAsync, CancellationToken cancellationToken)
    {
        if (LeadId.TryParse(key, out var id))
        {
            return await askAsync(id);
        }

        return await FindAsync(hub, key, cancellationToken) switch
        {
            HubAnswer.Done { Json: var lead } => lead.ValueKind == JsonValueKind.Object && lead.TryGetProperty("leadId", out var found)
                && LeadId.TryParse(found.GetString(), out var known)
                    ? await askAsync(known)
                    : new HubAnswer.Refused("What answers at --url is not a hub: its answer has no leadId."),
            var other => other,
        };
    }

    private static string? PathOf(string key) =>
        LeadId.TryParse(key, out var id) ? $"leads/{id}"
        : key.Contains('@', StringComparison.Ordinal) ? $"leads?email={Uri.EscapeDataString(key)}"
        : key.Split(':', 2) is [{ Length: > 0 } connector, { Length: > 0 } record]
            ? $"leads?connector={Uri.EscapeDataString(connector)}&id={Uri.EscapeDataString(record)}"
            : null;
}
