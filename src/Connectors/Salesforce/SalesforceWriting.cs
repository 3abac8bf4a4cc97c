using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Writes to leads and contacts: compares, then writes the differences. A converted lead is
/// written as its contact.</summary>
internal sealed class SalesforceWriting(SalesforceClient client, SalesforceOptions options)
{
    private const string Status = "Status", OptOut = "HasOptedOutOfEmail", Converted = "CANNOT_UPDATE_CONVERTED_LEAD";

    /// <summary>A lead's fields for the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> LeadFields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "FirstName",
        [PersonProperty.LastName] = "LastName",
        [PersonProperty.Company] = "Company",
        [PersonProperty.JobTitle] = "Title",
        [PersonProperty.Phone] = "Phone",
        [PersonProperty.Region] = "Country",
    }.ToImmutableDictionary();

    /// <summary>A contact has no field for the company, which is its account's, and none for the region.</summary>
    private static readonly ImmutableDictionary<PersonProperty, string> ContactFields = LeadFields.RemoveRange(
        [PersonProperty.Company, PersonProperty.Region]);

    /// <summary>Compares the record with the wish; null when the record does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var id = SalesforceId.Normalise(person.Id);
        if (id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal))
        {
            return await PlanContactAsync(id, wish, cancellationToken);
        }

        var leadFields = $"Id,IsConverted,ConvertedContactId,{Status},{Fields(LeadFields)}";
        if (await client.FindAsync("Lead", id, leadFields, cancellationToken) is not { } lead)
        {
            return null;
        }

        if (lead.Flag("IsConverted") == true)
        {
            return lead.IdOf("ConvertedContactId") is { } contact ? await PlanContactAsync(contact, wish, cancellationToken) : null;
        }

        return Plan(lead, wish, LeadFields);
    }

    /// <summary>Writes a plan, an opt-out first and alone. A lead that was converted
    /// meanwhile is planned again.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var type = plan.Record.Id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) ? "Contact" : "Lead";
        foreach (var part in plan.Writes.ToLookup(write => write.Property == PersonProperty.Consent))
        {
            try
            {
                await client.UpdateAsync(type, plan.Record.Id, ToRecord(part), cancellationToken);
            }
            catch (VendorRefusedException refused) when (refused.ErrorCode == Converted)
            {
                throw new VendorUnavailableException(refused.Connector, refused.Call, refused.Status, null, refused);
            }
        }
    }

    private async Task<WritePlan?> PlanContactAsync(string id, PersonWish wish, CancellationToken cancellationToken) =>
        await client.FindAsync("Contact", id, $"Id,{Fields(ContactFields)}", cancellationToken) is { } contact
            ? Plan(contact, wish, ContactFields) : null;

    private WritePlan Plan(SalesforceRecord record, PersonWish wish, ImmutableDictionary<PersonProperty, string> fields) => new(
        IdentityKey.Person(options.Name, record.Id),
        [
            .. ProfileFields.CompareConsent(wish, OptOut, record.Flag(OptOut) == true),
            .. Reopening(record, wish),
            .. ProfileFields.Compare(Fitting(wish), fields, record.Text, options.PhoneRegion),
        ]);

    private static PersonWish Fitting(PersonWish wish) => wish with
    {
        Profile = wish.Profile.ToImmutableDictionary(
            wanted => wanted.Key,
            wanted => LeadFields.TryGetValue(wanted.Key, out var field) ? SalesforceText.Fit(field, wanted.Value.Trim()) : wanted.Value),
    };

    /// <summary>Resets the status of a returned lead with its next handoff. With the old status any edit would
    /// look like another return.</summary>
    private IEnumerable<PlannedWrite> Reopening(SalesforceRecord lead, PersonWish wish)
    {
        var (status, open) = (lead.Text(Status), options.InitialStatuses[0]);
        return wish.Reopened && options.ReopenReturned && options.ReturnStatuses.Contains(status, StringComparer.OrdinalIgnoreCase)
            ? [new(PersonProperty.Stage, WriteOutcome.Written, Status, open, open, status)]
            : [];
    }

    /// <summary>Converts writes to fields. A new status clears the reason of the former return.</summary>
    private Dictionary<string, object?> ToRecord(IEnumerable<PlannedWrite> writes)
    {
        var record = writes.ToDictionary(
            write => write.Field, write => write.Property == PersonProperty.Consent ? (object?)bool.Parse(write.Value) : write.Value);
        if (record.ContainsKey(Status) && options.ReturnReasonField is { } reason)
        {
            record[reason] = null;
        }

        return record;
    }

    private static string Fields(ImmutableDictionary<PersonProperty, string> fields) =>
        string.Join(',', fields.Values.Append(OptOut).Order(StringComparer.Ordinal));
}
