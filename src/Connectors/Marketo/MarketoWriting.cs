using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Writes to leads: compares, then writes the differences.</summary>
internal sealed class MarketoWriting(MarketoClient client, MarketoOptions options)
{
    private const string Unsubscribed = "unsubscribed";

    /// <summary>A field's names in the streams of activities, its API name first.</summary>
    public static readonly ImmutableDictionary<PersonProperty, ImmutableArray<string>> Names =
        new Dictionary<PersonProperty, ImmutableArray<string>>
        {
            [PersonProperty.FirstName] = ["firstName"],
            [PersonProperty.LastName] = ["lastName"],
            [PersonProperty.Company] = ["company", "Company Name"],
            [PersonProperty.JobTitle] = ["title", "Job Title"],
            [PersonProperty.Phone] = ["phone", "Phone Number"],
            [PersonProperty.Region] = ["country"],
        }.ToImmutableDictionary();

    /// <summary>The API's names of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields =
        Names.ToImmutableDictionary(names => names.Key, names => names.Value[0]);

    /// <summary>Compares the lead with the wish; null when it does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var lead = await client.LeadAsync(person.Id, cancellationToken);
        return lead.ValueKind != JsonValueKind.Object
            ? null
            : new(person,
            [
                .. ProfileFields.CompareConsent(wish, Unsubscribed, lead.Text(Unsubscribed) == "true"),
                .. await CompareStageAsync(person.Id, wish, lead, cancellationToken),
                .. ProfileFields.Compare(wish, Fields, field => lead.Text(field), options.PhoneRegion),
            ]);
    }

    /// <summary>Writes a plan: the fields of the lead, an opt-out among them, in one call, then a stage that is not a field.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var elsewhere = plan.Writes.Where(
            write => write.Property == PersonProperty.Stage && options.WriteStageTo != MarketoStagePlace.Field).ToList();
        var fields = plan.Writes.Except(elsewhere).ToDictionary(
            write => write.Field, object (write) => write.Property == PersonProperty.Consent ? write.Value == "true" : write.Value);
        if (fields.Count > 0)
        {
            await client.WriteAsync(plan.Record.Id, fields, cancellationToken);
        }

        foreach (var stage in elsewhere)
        {
            await (options.WriteStageTo == MarketoStagePlace.List
                ? client.AddToListAsync(plan.Record.Id, stage.Value, cancellationToken)
                : client.WriteStatusAsync(plan.Record.Id, stage.Field, stage.Value, cancellationToken));
        }
    }

    /// <summary>Writes a note as a custom activity, once: its primary value has the note's id. Without the activity's type
    /// nothing is written. Returns false when the lead does not exist.</summary>
    public async Task<bool> WriteNoteAsync(string lead, PersonNote note, CancellationToken cancellationToken)
    {
        if ((await client.LeadAsync(lead, cancellationToken)).ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var mark = $"[integration-hub {note.Id}]";
        if (options.NoteActivityType is { } type
            && !await client.HasActivityAsync(lead, type, mark, note.At.AddMinutes(-1), cancellationToken))
        {
            var text = string.Join('\n', note.Lines);
            await client.AddActivityAsync(lead, type, note.At, mark, new(options.NoteAttribute, text), cancellationToken);
        }

        return true;
    }

    /// <summary>Compares the stage. One that no map knows belongs to Marketo's users: it is kept and reported. A list has no
    /// stages, so it only has the lead or not.</summary>
    private async Task<IReadOnlyList<PlannedWrite>> CompareStageAsync(
        string id, PersonWish wish, JsonElement lead, CancellationToken cancellationToken)
    {
        if (wish.Stage is not { } stage || !options.WriteStages.TryGetValue(stage, out var wanted))
        {
            return [];
        }

        if (options.WriteStageTo == MarketoStagePlace.List)
        {
            var isThere = await client.IsOnListAsync(id, wanted, cancellationToken);
            return
            [
                new(
                    PersonProperty.Stage, isThere ? WriteOutcome.Equal : WriteOutcome.Written, "list", wanted, wanted,
                    isThere ? wanted : null),
            ];
        }

        var (field, present) = options.WriteStageTo == MarketoStagePlace.Program
            ? (options.WriteStageProgram, await client.StatusAsync(id, options.WriteStageProgram, cancellationToken))
            : (options.StageField, lead.Text(options.StageField));
        var known = options.Stages.TryGet(present, out var shown);
        var outcome = known && shown == stage ? WriteOutcome.Equal
            : known || present is null ? WriteOutcome.Written
            : WriteOutcome.Kept;
        return [new(PersonProperty.Stage, outcome, field, wanted, wanted, present)];
    }
}
