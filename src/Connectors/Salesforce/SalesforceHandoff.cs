using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Writes a handoff: the lead under the hub's lead id, and one task for its owner
/// under the handoff's id.</summary>
internal sealed class SalesforceHandoff(SalesforceClient client, SalesforceOptions options)
{
    /// <summary>The longest address. A longer one is left out, because a cut one belongs to somebody else.</summary>
    private const int LongestEmail = 80;

    /// <summary>Delivers a handoff. Idempotent.</summary>
    public async Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var there = await FindAsync(order, cancellationToken);
        IdentityKey[] deleted =
        [
            .. order.Journey.Identities.Where(key => key.Kind == IdentityKind.Person && key.Connector == options.Name),
        ];
        if (there is null && deleted.Length > 0 && !order.MayRecreate)
        {
            throw new RecordsDeletedException(options.Name, deleted);
        }

        var person = there switch
        {
            null => await CreateAsync(order, cancellationToken),
            { Entity: "Lead" } => await WriteKnownAsync(order, there, cancellationToken),
            _ => there,
        };
        await client.UpsertAsync("Task", options.TaskExternalIdField, order.Handoff.Id, TaskOf(order, person), cancellationToken);
        return new(IdentityKey.Person(options.Name, person.Id), client.LinkTo(person.Entity, person.Id), KeptBy(order, person))
        { MadeOptedOut = there is null && order.Brief.OptedOut };
    }

    /// <summary>Returns the fields of a new lead, with placeholders for unknown mandatory fields.</summary>
    public static Dictionary<string, object?> LeadOf(Journey journey, bool optedOut)
    {
        var profile = journey.Profile;
        var fields = new Dictionary<string, object?>
        {
            ["LastName"] = SalesforceText.Fit("LastName", Filled(profile.LastName) ?? SalesforceMapper.NoLastName),
            ["Company"] = SalesforceText.Fit("Company", Filled(profile.Company) ?? SalesforceMapper.NoCompany),
        };
        Add("FirstName", profile.FirstName);
        if (EmailAddress.TryParse(profile.Email, out var email) && email.Ascii.Length <= LongestEmail)
        {
            Add("Email", email.Ascii);
        }

        Add("Phone", profile.Phone);
        Add("Title", profile.JobTitle);
        Add("Country", profile.Region);
        if (optedOut)
        {
            fields["HasOptedOutOfEmail"] = true;
        }

        return fields;

        void Add(string field, string? value)
        {
            if (Filled(value) is { } text)
            {
                fields[field] = SalesforceText.Fit(field, text);
            }
        }
    }

    private Dictionary<string, object?> TaskOf(HandoffOrder order, SalesforceRecord person)
    {
        var brief = order.Brief;
        var task = new Dictionary<string, object?>
        {
            ["Subject"] = SalesforceText.Fit("Subject", HandoffText.SubjectOf(brief)),
            ["Description"] = SalesforceText.Fit("Description", string.Join('\n', brief.ToLines())),
            ["WhoId"] = person.Id,
            ["Priority"] = "High",
        };
        if (order.DueAt is { } due)
        {
            task["ActivityDate"] = SalesforceMapper.Stamp(due)[..10];
        }

        // A queue cannot own a task.
        if ((UserOf(person) ?? OwnerOf(order)) is { } owner)
        {
            task["OwnerId"] = owner;
        }

        return task;
    }

    /// <summary>Finds the person's record: a known contact or lead, the hub's own lead, or sales' record with the same
    /// address. Returns null for none.</summary>
    private async Task<SalesforceRecord?> FindAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var known = order.Journey.Records.Where(key => key.Connector == options.Name)
            .Select(key => SalesforceId.Normalise(key.Id)).ToList();
        foreach (
            var (prefix, type, fields) in new[]
            {
                (SalesforceId.ContactPrefix, "Contact", "Id,OwnerId"),
                (SalesforceId.LeadPrefix, "Lead", LeadFields),
            })
        {
            foreach (var id in known.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)))
            {
                if (await client.FindAsync(type, id, fields, cancellationToken) is { } found)
                {
                    return found;
                }
            }
        }

        return await FindOwnAsync(order, cancellationToken) ?? await FindByAddressAsync(order, cancellationToken);
    }

    /// <summary>Finds the lead under the hub's id; null for none.</summary>
    private Task<SalesforceRecord?> FindOwnAsync(HandoffOrder order, CancellationToken cancellationToken) =>
        client.FindByExternalIdAsync("Lead", options.LeadExternalIdField, order.Journey.LeadId.Value, LeadFields, cancellationToken);

    /// <summary>Finds sales' contact or lead by any of the addresses; null for none.</summary>
    /// <exception cref="AmbiguousMatchException">Several match.</exception>
    private async Task<SalesforceRecord?> FindByAddressAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        string[] addresses = [.. HandoffText.AddressesOf(order.Journey)];
        if (addresses.Length == 0)
        {
            return null;
        }

        var contacts = await client.QueryAsync(Soql.ByAddress("Contact", "Id, OwnerId", addresses, ""), cancellationToken);
        var leads = await client.QueryAsync(Soql.ByAddress("Lead", LeadFields, addresses, " AND IsConverted = false"), cancellationToken);
        var found = contacts.Concat(leads).SelectMany(answer => answer.Page.Records).DistinctBy(record => record.Id).ToList();
        return found.Count <= 1
            ? found.FirstOrDefault()
            : throw new AmbiguousMatchException(options.Name, [.. found.Select(record => IdentityKey.Person(options.Name, record.Id))]);
    }

    /// <summary>Writes only the hub's id to an existing lead; its other fields belong to sales.</summary>
    private async Task<SalesforceRecord> WriteKnownAsync(HandoffOrder order, SalesforceRecord lead, CancellationToken cancellationToken)
    {
        if (lead.Flag("IsConverted") == true)
        {
            return await ContactOfAsync(lead, cancellationToken) ?? lead;
        }

        var id = order.Journey.LeadId.Value;
        if (lead.Text(options.LeadExternalIdField) != id)
        {
            await client.UpdateAsync(
                "Lead", lead.Id, new Dictionary<string, object?> { [options.LeadExternalIdField] = id }, cancellationToken);
        }

        return await GiveAsync(order, lead, cancellationToken);
    }

    /// <summary>Creates the lead under the hub's id, so that a repeat creates no second one.</summary>
    private async Task<SalesforceRecord> CreateAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        await client.UpsertAsync(
            "Lead", options.LeadExternalIdField, order.Journey.LeadId.Value, LeadOf(order.Journey, order.Brief.OptedOut),
            cancellationToken);
        var lead = await FindOwnAsync(order, cancellationToken)
            ?? throw new VendorUnavailableException(options.Name, "GET Lead", HttpStatusCode.NotFound, null);
        return await GiveAsync(order, lead, cancellationToken);
    }

    /// <summary>Assigns a lead to its routed owner, unless a person has taken it.</summary>
    private async Task<SalesforceRecord> GiveAsync(HandoffOrder order, SalesforceRecord lead, CancellationToken cancellationToken)
    {
        if (OwnerOf(order) is not { } owner || lead.IdOf("OwnerId") == owner || IsTaken(order, lead))
        {
            return lead;
        }

        await client.UpdateAsync("Lead", lead.Id, new Dictionary<string, object?> { ["OwnerId"] = owner }, cancellationToken);
        return lead with { Fields = lead.Fields.SetItem("OwnerId", owner) };
    }

    /// <summary>Whether a person has taken the lead: not a queue, not the hub, and nobody
    /// the hub assigned it to.</summary>
    private bool IsTaken(HandoffOrder order, SalesforceRecord lead) =>
        UserOf(lead) is { } present
        && present != options.OwnerId
        && !(present == lead.IdOf("CreatedById") && (client.UserId ?? present) == present)
        && !order.GivenBefore.Select(SalesforceId.Normalise).Contains(present);

    private string? OwnerOf(HandoffOrder order) => order.OwnerId is { } routed ? SalesforceId.Normalise(routed) : options.OwnerId;

    /// <summary>Returns the person who has the record although it was routed to somebody else.</summary>
    private string? KeptBy(HandoffOrder order, SalesforceRecord record) =>
        order.OwnerId is not null && UserOf(record) is { } present && present != OwnerOf(order) ? present : null;

    private static string? UserOf(SalesforceRecord record) =>
        record.IdOf("OwnerId") is { } owner && owner.StartsWith(SalesforceId.UserPrefix, StringComparison.Ordinal) ? owner : null;

    private async Task<SalesforceRecord?> ContactOfAsync(SalesforceRecord lead, CancellationToken cancellationToken) =>
        lead.IdOf("ConvertedContactId") is { } contact ? await client.FindAsync("Contact", contact, "Id,OwnerId", cancellationToken) : null;

    private string LeadFields => $"Id,OwnerId,CreatedById,IsConverted,ConvertedContactId,{options.LeadExternalIdField}";

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
