using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Writes to persons: compares, then writes the differences.</summary>
internal sealed class PipedriveWriting(PipedriveClient client, PipedriveOptions options)
{
    private const string Name = "name", Phones = "phones", CustomFields = "custom_fields";

    /// <summary>Pipedrive's fields of the profile properties. Both names are in the one that can be written.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "first_name",
        [PersonProperty.LastName] = "last_name",
        [PersonProperty.JobTitle] = "job_title",
        [PersonProperty.Phone] = Phones,
    }.ToImmutableDictionary();

    /// <summary>Compares the person with the wish; null when the person does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var present = await client.PersonAsync(person.Id, cancellationToken);
        return present.ValueKind == JsonValueKind.Undefined
            ? null
            : new(person,
            [
                .. ProfileFields.CompareConsent(
                    wish, PipedriveMapper.Marketing, present.Text(PipedriveMapper.Marketing) == "unsubscribed"),
                .. ProfileFields.CompareStage(wish, options.StageField, field => PipedriveMapper.CustomOf(present, field)),
                .. ProfileFields.Compare(wish, Fields, field => ValueOf(present, field), options.PhoneRegion),
            ]);
    }

    /// <summary>Writes a plan, an opt-out first and alone.</summary>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => PersonWrites.RunAsync(
        plan,
        write => client.WriteMarketingStatusAsync(
            plan.Record.Id, write.Value == "true" ? "unsubscribed" : "subscribed", cancellationToken),
        writes => WriteFieldsAsync(plan.Record.Id, writes, cancellationToken));

    /// <summary>Writes a note once. Returns false when the person does not exist.</summary>
    public async Task<bool> WriteNoteAsync(string person, PersonNote note, CancellationToken cancellationToken) =>
        await NoteOnce.WriteAsync(
            note, await client.NotesOfAsync(person, cancellationToken),
            lines => client.AddNoteAsync(person, Html(lines), cancellationToken));

    /// <summary>Returns lines as the HTML that notes are in.</summary>
    public static string Html(IEnumerable<string> lines) => string.Join("<br>", lines.Select(WebUtility.HtmlEncode));

    /// <summary>Writes fields. A name and a list of phones are whole values: what the hub does not write stays in
    /// them.</summary>
    private async Task WriteFieldsAsync(string person, IReadOnlyList<PlannedWrite> writes, CancellationToken cancellationToken)
    {
        var present = await client.PersonAsync(person, cancellationToken);
        var (fields, custom) = (new Dictionary<string, object>(), new Dictionary<string, object>());
        foreach (var write in writes)
        {
            switch (write.Property)
            {
                case PersonProperty.FirstName or PersonProperty.LastName:
                    fields[Name] = NameOf(present, writes);
                    break;
                case PersonProperty.Phone:
                    fields[Phones] = PhonesOf(present, write.Value);
                    break;
                case PersonProperty.JobTitle:
                    custom[options.JobTitleField!] = write.Value;
                    break;
                default:
                    custom[write.Field] = write.Value;
                    break;
            }
        }

        if (custom.Count > 0)
        {
            fields[CustomFields] = custom;
        }

        await client.UpdatePersonAsync(person, fields, cancellationToken);
    }

    private string? ValueOf(JsonElement person, string field) => field switch
    {
        Phones => PrimaryOf(person)?.Text("value"),
        "job_title" => options.JobTitleField is { } key ? PipedriveMapper.CustomOf(person, key) : null,
        _ => person.Text(field),
    };

    private static string NameOf(JsonElement person, IReadOnlyList<PlannedWrite> writes)
    {
        string?[] parts = [Part(PersonProperty.FirstName), Part(PersonProperty.LastName)];
        return string.Join(' ', parts.OfType<string>());

        string? Part(PersonProperty property) =>
            writes.FirstOrDefault(write => write.Property == property)?.Value ?? person.Text(Fields[property]);
    }

    /// <summary>Returns the phones with another primary one.</summary>
    private static List<Dictionary<string, object>> PhonesOf(JsonElement person, string value)
    {
        var primary = PrimaryOf(person);
        var others = person.Items(Phones).Where(phone => primary is not { } first || !JsonElement.DeepEquals(phone, first));
        return
        [
            new() { ["value"] = value, ["primary"] = true, ["label"] = primary?.Text("label") ?? "work" },
            .. others.Where(phone => phone.Text("value") is not null).Select(phone => new Dictionary<string, object>
            {
                ["value"] = phone.Text("value")!, ["primary"] = false, ["label"] = phone.Text("label") ?? "other",
            }),
        ];
    }

    private static JsonElement? PrimaryOf(JsonElement person) => person.Items(Phones)
        .OrderByDescending(phone => phone.Text("primary") == "true").Cast<JsonElement?>().FirstOrDefault();
}
