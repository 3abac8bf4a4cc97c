using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>Writes to profiles: compares, then writes the differences.</summary>
internal sealed class KlaviyoWriting(KlaviyoClient client, KlaviyoOptions options)
{
    private const string Consent = "consent", Properties = "properties";

    /// <summary>Klaviyo's names of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "first_name",
        [PersonProperty.LastName] = "last_name",
        [PersonProperty.Company] = "organization",
        [PersonProperty.JobTitle] = "title",
        [PersonProperty.Phone] = "phone_number",
    }.ToImmutableDictionary();

    /// <summary>Compares the profile with the wish; null when the profile does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var profile = await client.ProfileAsync(person.Id, cancellationToken);
        return profile.ValueKind == JsonValueKind.Undefined
            ? null
            : new(person,
            [
                .. profile.Text("email") is null ? [] : ProfileFields.CompareConsent(wish, Consent, IsOptedOut(profile)),
                .. ProfileFields.CompareStage(wish, options.WriteStageProperty, property => profile.Member(Properties).Text(property)),
                .. ProfileFields.Compare(wish, Fields, field => profile.Text(field), options.PhoneRegion),
            ]);
    }

    /// <summary>Writes a plan, an opt-out first.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Writes.FirstOrDefault(write => write.Property == PersonProperty.Consent) is { } consent
            && (await client.ProfileAsync(plan.Record.Id, cancellationToken)).Text("email") is { } email)
        {
            await client.WriteConsentAsync(email, consent.Value == "true", cancellationToken);
        }

        var attributes = plan.Writes
            .Where(write => write.Property is not (PersonProperty.Consent or PersonProperty.Stage))
            .ToDictionary(write => write.Field, object (write) => write.Value);
        if (plan.Writes.FirstOrDefault(write => write.Property == PersonProperty.Stage) is { } stage)
        {
            attributes[Properties] = new Dictionary<string, string> { [stage.Field] = stage.Value };
        }

        if (attributes.Count > 0)
        {
            await client.WriteAsync(plan.Record.Id, attributes, cancellationToken);
        }
    }

    /// <summary>Writes the text of a note to the configured property; without one, nothing. Returns false when the profile
    /// does not exist.</summary>
    public async Task<bool> WriteNoteAsync(string profile, PersonNote note, CancellationToken cancellationToken)
    {
        if ((await client.ProfileAsync(profile, cancellationToken)).ValueKind == JsonValueKind.Undefined)
        {
            return false;
        }

        if (options.NoteProperty is { } property)
        {
            var text = note.ReturnReason ?? string.Join('\n', note.Lines);
            var attributes = new Dictionary<string, object> { [Properties] = new Dictionary<string, string> { [property] = text } };
            await client.WriteAsync(profile, attributes, cancellationToken);
        }

        return true;
    }

    private static bool IsOptedOut(JsonElement profile) =>
        profile.Member("subscriptions").Member("email").Member("marketing").Text("consent") == "UNSUBSCRIBED";
}
