using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Writes to contacts: compares, then writes the differences.</summary>
internal sealed class MauticWriting(MauticClient client, MauticOptions options)
{
    private const string DoNotContact = "doNotContact", Stage = "stage";

    /// <summary>Mautic's aliases of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "firstname",
        [PersonProperty.LastName] = "lastname",
        [PersonProperty.Company] = "company",
        [PersonProperty.JobTitle] = "position",
        [PersonProperty.Phone] = "phone",
        [PersonProperty.Region] = "country",
    }.ToImmutableDictionary();

    /// <summary>Compares the contact with the wish; null when the contact does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var contact = await client.ContactAsync(person.Id, cancellationToken);
        return contact.ValueKind == JsonValueKind.Undefined
            ? null
            : new(person,
            [
                .. ProfileFields.CompareConsent(wish, DoNotContact, MauticMapper.MailRefusals(contact).Any()),
                .. CompareStage(wish, contact),
                .. ProfileFields.Compare(wish, Fields, alias => MauticMapper.Field(contact, alias), options.PhoneRegion),
            ]);
    }

    /// <summary>Writes a plan, an opt-out first.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>();
        foreach (var write in plan.Writes)
        {
            switch (write.Property)
            {
                case PersonProperty.Consent:
                    await client.WriteConsentAsync(plan.Record.Id, write.Value == "true", cancellationToken);
                    break;
                case PersonProperty.Stage:
                    await client.WriteStageAsync(plan.Record.Id, write.Value, cancellationToken);
                    break;
                default:
                    fields[write.Field] = write.Value;
                    break;
            }
        }

        if (fields.Count > 0)
        {
            await client.WriteAsync(plan.Record.Id, fields, cancellationToken);
        }
    }

    /// <summary>Writes a note once: the hub's mark in its text identifies it. Returns false when the contact does not
    /// exist.</summary>
    public async Task<bool> WriteNoteAsync(string contact, PersonNote note, CancellationToken cancellationToken) =>
        await NoteOnce.WriteAsync(
            note, await client.NotesAsync(contact, cancellationToken),
            lines => client.AddNoteAsync(contact, string.Join("<br>", lines.Select(WebUtility.HtmlEncode)), cancellationToken));

    /// <summary>Compares the stage. One that no map knows belongs to Mautic's users: it is kept and reported.</summary>
    private IEnumerable<PlannedWrite> CompareStage(PersonWish wish, JsonElement contact)
    {
        if (wish.Stage is not { } stage || !options.WriteStages.TryGetValue(stage, out var wanted))
        {
            return [];
        }

        var present = contact.Member(Stage).Text("name");
        var known = options.Stages.TryGet(present, out var shown);
        var outcome = known && shown == stage ? WriteOutcome.Equal
            : known || present is null ? WriteOutcome.Written
            : WriteOutcome.Kept;
        return [new(PersonProperty.Stage, outcome, Stage, wanted, wanted, present)];
    }
}
