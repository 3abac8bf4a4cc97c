using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Writes a handoff: the lead under the hub's lead id, a note with the brief, and one task for the owner, both under ids
/// that the hub makes of the handoff's.</summary>
internal sealed class DynamicsHandoff(DynamicsClient client, DynamicsWriting writing, DynamicsOptions options)
{
    /// <summary>The longest address. A longer one is left out, because a cut one belongs to somebody else.</summary>
    private const int LongestEmail = 100;

    /// <summary>The most of a brief that a task has room for beside the hub's mark. The note has all of it.</summary>
    private const int LongestBrief = 1_900;

    private const string Owner = "ownerid", Bind = "@odata.bind", State = "statecode", Qualified = "1", Open = "0";

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

        var record = there switch
        {
            null => await CreateAsync(order, cancellationToken),
            { Entity: DynamicsId.Lead } => await WriteKnownAsync(order, there, cancellationToken),
            _ => there,
        };
        var person = IdentityKey.Person(options.Name, DynamicsId.Of(record.Entity, record.Id!));
        await writing.WriteNoteAsync(
            person, new($"brief {order.Handoff.Id}", order.Handoff.AnnouncedAt, order.Brief.ToLines()), cancellationToken);
        await AskAsync(order, record, cancellationToken);
        return new(person, LinkTo(options, person)?.OriginalString, KeptBy(order, record))
        {
            MadeOptedOut = there is null && order.Brief.OptedOut,
        };
    }

    /// <summary>Returns the address where people open a record; null for an id without a table.</summary>
    public static Uri? LinkTo(DynamicsOptions options, IdentityKey person) =>
        DynamicsId.Split(DynamicsId.Normalise(person.Id)) is var (table, id)
            ? new(options.AppUrl, $"main.aspx?pagetype=entityrecord&etn={table}&id={id}")
            : null;

    /// <summary>Finds the person's record: a known contact or lead, the hub's own lead, or sales' record with the same
    /// address. Returns null for none.</summary>
    private async Task<DynamicsRecord?> FindAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var known = order.Journey.Records.Where(key => key.Connector == options.Name)
            .Select(key => DynamicsId.Split(DynamicsId.Normalise(key.Id))).OfType<(string Table, string Guid)>()
            .OrderByDescending(key => key.Table == DynamicsId.Contact);
        foreach (var (table, id) in known)
        {
            var read = table == DynamicsId.Contact ? DynamicsTable.Contacts : DynamicsTable.Leads;
            if (await client.FindAsync(read, id, cancellationToken) is { } record)
            {
                return await ContactOrItselfAsync(record, cancellationToken);
            }
        }

        return await client.FindLeadAsync(order.Journey.LeadId.Value, cancellationToken) is { } own
            ? await ContactOrItselfAsync(own, cancellationToken)
            : await FindByAddressAsync(order, cancellationToken);
    }

    private async Task<DynamicsRecord?> FindByAddressAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var addresses = HandoffText.AddressesOf(order.Journey);
        if (addresses.Count == 0)
        {
            return null;
        }

        var filter = string.Join(
            " or ",
            addresses.Select(address => $"emailaddress1 eq '{address.Replace("'", "''", StringComparison.Ordinal)}'"));
        var contacts = await client.WhereAsync(DynamicsTable.Contacts, $"({filter}) and {State} eq {Open}", cancellationToken);
        var leads = await client.WhereAsync(DynamicsTable.Leads, $"({filter}) and {State} eq {Open}", cancellationToken);
        DynamicsRecord[] found = [.. contacts, .. leads];
        return found.Length > 1
            ? throw new AmbiguousMatchException(
                options.Name, [.. found.Select(record => IdentityKey.Person(options.Name, DynamicsId.Of(record.Entity, record.Id!)))])
            : found is [var only] ? only : null;
    }

    /// <summary>Returns the contact of a qualified lead, or the lead.</summary>
    private async Task<DynamicsRecord> ContactOrItselfAsync(DynamicsRecord record, CancellationToken cancellationToken) =>
        record.Entity == DynamicsId.Lead && record.Text(State) == Qualified && record.IdOf("parentcontactid") is { } contact
            ? await client.FindAsync(DynamicsTable.Contacts, contact, cancellationToken) ?? record
            : record;

    /// <summary>Creates the lead under the hub's id, so that a repeat creates no second one.</summary>
    private async Task<DynamicsRecord> CreateAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var id = order.Journey.LeadId.Value;
        await client.UpsertLeadAsync(id, LeadOf(order), cancellationToken);
        return await client.FindLeadAsync(id, cancellationToken)
            ?? throw new VendorUnavailableException(options.Name, "GET leads", null, null);
    }

    private Dictionary<string, object?> LeadOf(HandoffOrder order)
    {
        var profile = order.Journey.Profile;
        var lead = new Dictionary<string, object?>
        {
            ["subject"] = DynamicsWriting.Fit("subject", Filled(order.Brief.WhyNow) ?? DynamicsMapper.NoTopic),
            ["lastname"] = DynamicsWriting.Fit("lastname", Filled(profile.LastName) ?? DynamicsMapper.NoLastName),
        };
        Add("firstname", profile.FirstName);
        Add("companyname", profile.Company);
        Add("telephone1", profile.Phone);
        Add("jobtitle", profile.JobTitle);
        Add("address1_country", profile.Region);
        if (EmailAddress.TryParse(profile.Email, out var email) && email.Ascii.Length <= LongestEmail)
        {
            lead["emailaddress1"] = email.Ascii;
        }

        if (order.Brief.OptedOut)
        {
            lead[DynamicsMapper.NoBulkMail] = true;
        }

        if (OwnerOf(order) is { } owner)
        {
            lead[Owner + Bind] = UserPath(owner);
        }

        return lead;

        void Add(string column, string? value)
        {
            if (Filled(value) is { } text)
            {
                lead[column] = DynamicsWriting.Fit(column, text);
            }
        }
    }

    /// <summary>Writes the hub's id and the owner to an existing lead; its other columns belong to sales.</summary>
    private async Task<DynamicsRecord> WriteKnownAsync(HandoffOrder order, DynamicsRecord lead, CancellationToken cancellationToken)
    {
        var (changed, id) = (new Dictionary<string, object?>(), order.Journey.LeadId.Value);
        if (lead.Text(options.LeadKey) != id)
        {
            changed[options.LeadKey] = id;
        }

        var owner = OwnerOf(order);
        var isGiven = owner is not null && lead.IdOf(Owner) != owner && !IsTaken(order, lead);
        if (isGiven)
        {
            changed[Owner + Bind] = UserPath(owner!);
        }

        if (changed.Count > 0)
        {
            await client.UpdateAsync(DynamicsTable.Leads, lead.Id!, changed, cancellationToken);
        }

        return isGiven
            ? lead with { Values = lead.Values.SetItem(Owner, JsonSerializer.SerializeToElement(owner)) }
            : lead;
    }

    /// <summary>Makes the owner's task, or passes the one that is there to a new owner while it is open.</summary>
    private async Task AskAsync(HandoffOrder order, DynamicsRecord person, CancellationToken cancellationToken)
    {
        var id = DynamicsId.Make(options.OrganizationId, "handoff", order.Handoff.Id);
        var owner = UserOf(person) ?? OwnerOf(order);
        var there = await client.FindTaskAsync(id, cancellationToken);
        if (there is null)
        {
            await client.UpsertAsync(DynamicsTable.Tasks.Set, id, TaskOf(order, person, owner), cancellationToken);
        }
        else if (owner is not null && there.Text(State) == Open && there.IdOf(Owner) != owner)
        {
            await client.UpdateAsync(
                DynamicsTable.Tasks, id, new Dictionary<string, object?> { [Owner + Bind] = UserPath(owner) }, cancellationToken);
        }
    }

    private static Dictionary<string, object?> TaskOf(HandoffOrder order, DynamicsRecord person, string? owner)
    {
        var mark = NoteOnce.MarkOf($"handoff {order.Handoff.Id}");
        var text = string.Join('\n', order.Brief.ToLines());
        var task = new Dictionary<string, object?>
        {
            ["subject"] = DynamicsWriting.Fit("subject", HandoffText.SubjectOf(order.Brief)),
            ["description"] = DynamicsWriting.Fit("description", $"{text[..Math.Min(text.Length, LongestBrief)]}\n\n{mark}"),
            ["prioritycode"] = 2,
            [$"regardingobjectid_{person.Entity}_task{Bind}"] = $"/{person.Entity}s({person.Id})",
        };
        if (order.DueAt is { } due)
        {
            task["scheduledend"] = due.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        if (owner is not null)
        {
            task[Owner + Bind] = UserPath(owner);
        }

        return task;
    }

    /// <summary>Whether a person has taken the lead: not the hub, and nobody the hub gave it to.</summary>
    private bool IsTaken(HandoffOrder order, DynamicsRecord lead) =>
        UserOf(lead) is { } present
        && present != options.OwnerId && present != options.ApplicationUserId
        && !(lead.IdOf("createdby") == present && options.ApplicationUserId is null)
        && !order.GivenBefore.Select(DynamicsId.Read).Contains(present);

    private string? OwnerOf(HandoffOrder order) => DynamicsId.Read(order.OwnerId) ?? options.OwnerId;

    /// <summary>Returns the person who has the record although it was routed to somebody else.</summary>
    private string? KeptBy(HandoffOrder order, DynamicsRecord record) =>
        order.OwnerId is not null && UserOf(record) is { } present && present != OwnerOf(order) ? present : null;

    /// <summary>Returns the user who owns a record; null when a team does.</summary>
    private static string? UserOf(DynamicsRecord record) => record.TableOf(Owner) == "team" ? null : record.IdOf(Owner);

    private static string UserPath(string user) => $"/systemusers({user})";

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
