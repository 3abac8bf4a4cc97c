using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Writes to leads and contacts: compare, then write what differs. A converted lead is written to as its contact.</summary>
internal sealed class SalesforceWriting(SalesforceClient client, SalesforceOptions options)
{
    private const string Status = "Status", OptOut = "HasOptedOutOfEmail", Converted = "CANNOT_UPDATE_CONVERTED_LEAD";

    /// <summary>The properties of a profile and a lead's fields for them.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> LeadFields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "FirstName",
        [PersonProperty.LastName] = "LastName",
        [PersonProperty.Company] = "Company",
        [PersonProperty.JobTitle] = "Title",
        [PersonProperty.Phone] = "Phone",
        [PersonProperty.Region] = "Country",
    }.ToImmutableDictionary();

    /// <summary>A contact has its company from its account, and addresses instead of a country.</summary>
    private static readonly ImmutableDictionary<PersonProperty, string> ContactFields = LeadFields.RemoveRange([PersonProperty.Company, PersonProperty.Region]);

    /// <summary>Compares; null for a record that is gone.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var id = SalesforceId.Normalise(person.Id);
        if (id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal))
        {
            return await PlanContactAsync(id, wish, cancellationToken);
        }

        if (await client.FindAsync("Lead", id, $"Id,IsConverted,ConvertedContactId,{Status},{Fields(LeadFields)}", cancellationToken) is not { } lead)
        {
            return null;
        }

        if (lead.Flag("IsConverted") == true)
        {
            return lead.IdOf("ConvertedContactId") is { } contact ? await PlanContactAsync(contact, wish, cancellationToken) : null;
        }

        return Plan(lead, wish, LeadFields);
    }

    /// <summary>An opt-out goes first, alone. A lead that was converted since it was planned is planned again.</summary>
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
        await client.FindAsync("Contact", id, $"Id,{Fields(ContactFields)}", cancellationToken) is { } contact ? Plan(contact, wish, ContactFields) : null;

    private WritePlan Plan(SalesforceRecord record, PersonWish wish, ImmutableDictionary<PersonProperty, string> fields) => new(
        IdentityKey.Person(options.Name, record.Id),
        [.. ProfileFields.CompareConsent(wish, OptOut, record.Flag(OptOut) == true), .. Reopening(record, wish), .. ProfileFields.Compare(Fitting(wish), fields, record.Text, options.PhoneRegion)]);

    private static PersonWish Fitting(PersonWish wish) => wish with
    {
        Profile = wish.Profile.ToImmutableDictionary(wanted => wanted.Key, wanted => LeadFields.TryGetValue(wanted.Key, out var field) ? SalesforceText.Fit(field, wanted.Value.Trim()) : wanted.Value),
    };

    /// <summary>A lead that is handed over again starts with a fresh status: while it has the status of its return, any edit would read as another one.</summary>
    private IEnumerable<PlannedWrite> Reopening(SalesforceRecord lead, PersonWish wish)
    {
        var (status, open) = (lead.Text(Status), options.InitialStatuses[0]);
        return wish.Reopened && options.ReopenReturned && options.ReturnStatuses.Contains(status, StringComparer.OrdinalIgnoreCase)
            ? [new(PersonProperty.Stage, WriteOutcome.Written, Status, open, open, status)]
            : [];
    }

    /// <summary>The reason of the former return goes with its status.</summary>
    private Dictionary<string, object?> ToRecord(IEnumerable<PlannedWrite> writes)
    {
        var record = writes.ToDictionary(write => write.Field, write => write.Property == PersonProperty.Consent ? (object?)bool.Parse(write.Value) : write.Value);
        if (record.ContainsKey(Status) && options.ReturnReasonField is { } reason)
        {
            record[reason] = null;
        }

        return record;
    }

    private static string Fields(ImmutableDictionary<PersonProperty, string> fields) => string.Join(',', fields.Values.Append(OptOut).Order(StringComparer.Ordinal));
}
