using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Writes to leads and contacts: compares, then writes the differences. A qualified lead is written as its
/// contact.</summary>
internal sealed class DynamicsWriting(DynamicsClient client, DynamicsOptions options)
{
    private const string State = "statecode", Status = "statuscode", Qualified = "1", Disqualified = "2";

    /// <summary>A lead's columns for the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> LeadFields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "firstname",
        [PersonProperty.LastName] = "lastname",
        [PersonProperty.Company] = "companyname",
        [PersonProperty.JobTitle] = "jobtitle",
        [PersonProperty.Phone] = "telephone1",
        [PersonProperty.Region] = "address1_country",
    }.ToImmutableDictionary();

    /// <summary>A contact has no column for the company, which is its account's.</summary>
    private static readonly ImmutableDictionary<PersonProperty, string> ContactFields = LeadFields.Remove(PersonProperty.Company);

    /// <summary>The most characters of a column; longer texts are refused.</summary>
    private static readonly Dictionary<string, int> Lengths = new()
    {
        ["firstname"] = 50, ["lastname"] = 50, ["companyname"] = 100, ["jobtitle"] = 100, ["telephone1"] = 50, ["address1_country"] = 80,
        ["subject"] = 200, ["description"] = 2_000, ["notetext"] = 100_000,
    };

    /// <summary>Compares the record with the wish; null when the record does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        if (DynamicsId.Split(DynamicsId.Normalise(person.Id)) is not var (table, id))
        {
            return null;
        }

        if (table == DynamicsId.Contact)
        {
            return await PlanContactAsync(id, wish, cancellationToken);
        }

        return await client.FindAsync(DynamicsTable.Leads, id, cancellationToken) switch
        {
            null => null,
            var lead when lead.Text(State) == Qualified => lead.IdOf("parentcontactid") is { } contact
                ? await PlanContactAsync(contact, wish, cancellationToken) : null,
            var lead => Plan(lead, wish, LeadFields),
        };
    }

    /// <summary>Writes a plan, an opt-out first and alone.</summary>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var (table, id) = DynamicsId.Split(plan.Record.Id)!.Value;
        return PersonWrites.RunAsync(plan, write => UpdateAsync([write]), UpdateAsync);

        Task UpdateAsync(IReadOnlyList<PlannedWrite> writes) =>
            client.UpdateAsync(table == DynamicsId.Lead ? DynamicsTable.Leads : DynamicsTable.Contacts, id, ToRecord(writes),
                cancellationToken);
    }

    /// <summary>Writes a note under an id of its own, so that a repeat writes no second one. Returns false when the record does
    /// not exist.</summary>
    public async Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken)
    {
        if (DynamicsId.Split(DynamicsId.Normalise(person.Id)) is not var (table, id)
            || await client.FindAsync(table == DynamicsId.Lead ? DynamicsTable.Leads : DynamicsTable.Contacts, id,
                cancellationToken) is null)
        {
            return false;
        }

        await client.UpsertAsync(
            "annotations",
            DynamicsId.Make(options.OrganizationId, "note", note.Id),
            new Dictionary<string, object?>
            {
                ["subject"] = Fit("subject", note.Lines is [var first, ..] ? first : "Note"),
                ["notetext"] = Fit("notetext", string.Join('\n', note.Lines)),
                [$"objectid_{table}@odata.bind"] = $"/{table}s({id})",
            },
            cancellationToken);
        return true;
    }

    /// <summary>Returns a text, cut to the length of its column.</summary>
    public static string Fit(string column, string text) => TextLength.Fit(text, Lengths.GetValueOrDefault(column, 100));

    private async Task<WritePlan?> PlanContactAsync(string id, PersonWish wish, CancellationToken cancellationToken) =>
        await client.FindAsync(DynamicsTable.Contacts, id, cancellationToken) is { } contact ? Plan(contact, wish, ContactFields) : null;

    private WritePlan Plan(DynamicsRecord record, PersonWish wish, ImmutableDictionary<PersonProperty, string> fields) => new(
        IdentityKey.Person(options.Name, DynamicsId.Of(record.Entity, record.Id!)),
        [
            .. ProfileFields.CompareConsent(
                wish, DynamicsMapper.NoBulkMail,
                record.Flag(DynamicsMapper.NoBulkMail) == true || record.Flag(DynamicsMapper.NoMail) == true),
            .. ProfileFields.CompareStage(wish, options.StageField, record.Text),
            .. Reopening(record, wish),
            .. ProfileFields.Compare(Fitting(wish), fields, record.Text, options.PhoneRegion),
        ]);

    private static PersonWish Fitting(PersonWish wish) => wish with
    {
        Profile = wish.Profile.ToImmutableDictionary(
            wanted => wanted.Key,
            wanted => LeadFields.TryGetValue(wanted.Key, out var column) ? Fit(column, wanted.Value.Trim()) : wanted.Value),
    };

    /// <summary>Opens a disqualified lead with its next handoff. With the old status any edit would look like another
    /// return.</summary>
    private IEnumerable<PlannedWrite> Reopening(DynamicsRecord record, PersonWish wish)
    {
        var status = options.InitialStatuses[0];
        return wish.Reopened && options.ReopenReturned && record.Entity == DynamicsId.Lead && record.Text(State) == Disqualified
            ? [new(PersonProperty.Stage, WriteOutcome.Written, Status, status, $"lead.{Status}={status}",
                $"lead.{Status}={record.Text(Status)}")]
            : [];
    }

    /// <summary>Converts writes to columns. An open status needs the open state, and clears the reason of the former
    /// return.</summary>
    private Dictionary<string, object?> ToRecord(IEnumerable<PlannedWrite> writes)
    {
        var record = new Dictionary<string, object?>();
        foreach (var write in writes)
        {
            record[write.Field] = write.Property == PersonProperty.Consent ? bool.Parse(write.Value)
                : write.Field == Status ? int.Parse(write.Value, CultureInfo.InvariantCulture)
                : write.Value;
        }

        if (record.ContainsKey(Status))
        {
            record[State] = 0;
            if (options.ReturnReasonField is { } reason)
            {
                record[reason] = null;
            }
        }

        return record;
    }
}
