using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Writes to people: compares, then writes the differences.</summary>
internal sealed class CustomerIoWriting(CustomerIoClient client, CustomerIoOptions options)
{
    private const string Unsubscribed = "unsubscribed";

    /// <summary>The usual attributes of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "first_name",
        [PersonProperty.LastName] = "last_name",
        [PersonProperty.Company] = "company",
        [PersonProperty.JobTitle] = "job_title",
        [PersonProperty.Phone] = "phone",
        [PersonProperty.Region] = "country",
    }.ToImmutableDictionary();

    /// <summary>Compares the person with the wish; null when the person does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var present = await client.AttributesAsync(person.Id, cancellationToken);
        return present.ValueKind == JsonValueKind.Undefined
            ? null
            : new(person,
            [
                .. ProfileFields.CompareConsent(wish, Unsubscribed, present.Text(Unsubscribed) == "true"),
                .. ProfileFields.CompareStage(wish, options.WriteStageAttribute, field => present.Text(field)),
                .. ProfileFields.Compare(wish, Fields, field => present.Text(field), options.PhoneRegion),
            ]);
    }

    /// <summary>Writes a plan in one call.</summary>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => plan.Writes.Count == 0
        ? Task.CompletedTask
        : client.WriteAsync(
            plan.Record.Id,
            plan.Writes.ToDictionary(
                write => write.Field, object (write) => write.Property == PersonProperty.Consent ? write.Value == "true" : write.Value),
            cancellationToken);

    /// <summary>Writes the text of a note to the configured attribute; without one, nothing. Returns false when the person
    /// does not exist.</summary>
    public async Task<bool> WriteNoteAsync(string person, PersonNote note, CancellationToken cancellationToken)
    {
        if ((await client.AttributesAsync(person, cancellationToken)).ValueKind == JsonValueKind.Undefined)
        {
            return false;
        }

        if (options.NoteAttribute is { } attribute)
        {
            var text = note.ReturnReason ?? string.Join('\n', note.Lines);
            await client.WriteAsync(person, new Dictionary<string, object> { [attribute] = text }, cancellationToken);
        }

        return true;
    }
}
