using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Writes to people by the requests of the settings: compares, then writes the differences.</summary>
internal sealed class GenericWriting(GenericClient client, GenericOptions options)
{
    /// <summary>The names of the profile properties in the settings, which are their placeholders and fields.</summary>
    public static readonly ImmutableDictionary<PersonProperty, GenericField> Fields = new Dictionary<PersonProperty, GenericField>
    {
        [PersonProperty.FirstName] = GenericField.FirstName,
        [PersonProperty.LastName] = GenericField.LastName,
        [PersonProperty.Company] = GenericField.Company,
        [PersonProperty.JobTitle] = GenericField.JobTitle,
        [PersonProperty.Phone] = GenericField.Phone,
        [PersonProperty.Region] = GenericField.Region,
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<PersonProperty, string> Names =
        Fields.ToImmutableDictionary(field => field.Key, field => Camel($"{field.Value}"));

    /// <summary>Gets what the settings have a request for.</summary>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        .. options.Write.OptOut is null ? [] : (PersonProperty[])[PersonProperty.Consent],
        .. options.WriteStages.Count == 0 ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. options.WriteProfile,
    ];

    /// <summary>Compares the person's record with the wish; null when it does not exist, or cannot be read.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        if (options.Person is not { } record || await SeenAsync(person.Id, cancellationToken) is not { } seen)
        {
            return null;
        }

        var consent = options.Write.OptOut is null || (wish.OptedOut == false && options.Write.OptIn is null)
            ? [] : ProfileFields.CompareConsent(wish, "consent", record.IsOptedOut(seen));
        var profile = Names.Where(name => options.WriteProfile.Contains(name.Key)).ToDictionary();
        return new(person,
        [
            .. consent,
            .. CompareStage(wish, record, seen),
            .. ProfileFields.Compare(
                wish, profile, name => record.Fields.GetValueOrDefault(Enum.Parse<GenericField>(name, true))?.Text(seen),
                options.PhoneRegion),
        ]);
    }

    /// <summary>Writes a plan, an opt-out first.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string?> { ["id"] = plan.Record.Id };
        foreach (var write in plan.Writes)
        {
            switch (write.Property)
            {
                case PersonProperty.Consent:
                    var request = write.Value == "true" ? options.Write.OptOut! : options.Write.OptIn!;
                    await client.SendAsync(request, values, cancellationToken);
                    break;
                case PersonProperty.Stage:
                    await client.SendAsync(
                        options.Write.Stage!, new Dictionary<string, string?>(values) { ["stage"] = write.Value }, cancellationToken);
                    break;
            }
        }

        var fields = plan.Writes.Where(write => Names.ContainsKey(write.Property)).ToList();
        if (fields.Count > 0)
        {
            await client.SendAsync(
                options.Write.Profile!,
                new Dictionary<string, string?>(
                    values.Concat(fields.Select(write => KeyValuePair.Create(write.Field, (string?)write.Value)))),
                cancellationToken);
        }
    }

    /// <summary>Writes a note once, when the tool can be asked for its notes; without a request for notes nothing. Returns
    /// false when the person does not exist.</summary>
    public async Task<bool> WriteNoteAsync(string person, PersonNote note, CancellationToken cancellationToken)
    {
        if (options.Person is not null && await SeenAsync(person, cancellationToken) is null)
        {
            return false;
        }

        if (options.Write.Note is { } request)
        {
            await WriteOnceAsync(request, options.Write.Notes, note.Id, new()
            {
                ["id"] = person, ["reason"] = note.ReturnReason, ["at"] = GenericTimes.Write(note.At, options.TimeFormat),
            }, note.Lines, cancellationToken);
        }

        return true;
    }

    /// <summary>Sends a request with a text in which the hub's mark stands, unless the tool shows one with the mark.</summary>
    public async Task WriteOnceAsync(
        GenericRequest request, GenericList? there, string id, Dictionary<string, string?> values, IEnumerable<string> lines,
        CancellationToken cancellationToken)
    {
        var mark = $"[integration-hub {id}]";
        if (there is not null)
        {
            var page = await client.FindAsync(there.Request, values, cancellationToken);
            if (page.ValueKind != JsonValueKind.Undefined
                && there.TextsOf(page).Any(text => text.Contains(mark, StringComparison.Ordinal)))
            {
                return;
            }
        }

        values["key"] = id;
        values["text"] = string.Join('\n', lines.Append("").Append(mark));
        await client.SendAsync(request, values, cancellationToken);
    }

    /// <summary>Reads a person's record; null when it does not exist.</summary>
    public async Task<Seen?> SeenAsync(string person, CancellationToken cancellationToken)
    {
        var answer = await client.FindAsync(
            options.Person!.Request, new Dictionary<string, string?> { ["id"] = person }, cancellationToken);
        return answer.ValueKind == JsonValueKind.Undefined ? null : new() { Item = answer, Body = answer };
    }

    /// <summary>Compares the stage. One that no map knows belongs to the tool's users: it is kept and reported.</summary>
    private IEnumerable<PlannedWrite> CompareStage(PersonWish wish, GenericPerson record, Seen seen)
    {
        if (wish.Stage is not { } stage || !options.WriteStages.TryGetValue(stage, out var wanted))
        {
            return [];
        }

        var present = record.Fields.GetValueOrDefault(GenericField.Stage)?.Text(seen);
        var known = options.Stages.TryGet(present, out var shown);
        var outcome = known && shown == stage ? WriteOutcome.Equal
            : known || present is null ? WriteOutcome.Written
            : WriteOutcome.Kept;
        return [new(PersonProperty.Stage, outcome, "stage", wanted, wanted, present)];
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
