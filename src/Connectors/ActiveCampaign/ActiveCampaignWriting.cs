using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>Writes to contacts: compares, then writes the differences.</summary>
internal sealed class ActiveCampaignWriting(ActiveCampaignClient client, ActiveCampaignOptions options)
{
    private const string Lists = "contactLists", Subscribed = "1", Unsubscribed = "2", Tag = "tag";

    /// <summary>ActiveCampaign's names of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "firstName",
        [PersonProperty.LastName] = "lastName",
        [PersonProperty.Phone] = "phone",
    }.ToImmutableDictionary();

    /// <summary>Compares the contact with the wish; null when the contact does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var found = await client.ContactAsync(person.Id, cancellationToken);
        return found.ValueKind == JsonValueKind.Undefined
            ? null
            : new(person,
            [
                .. CompareConsent(wish, found),
                .. await CompareStageAsync(person.Id, wish, cancellationToken),
                .. ProfileFields.Compare(wish, Fields, field => found.Member("contact").Text(field), options.PhoneRegion),
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
                    await WriteConsentAsync(plan.Record.Id, write.Value == "true", cancellationToken);
                    break;
                case PersonProperty.Stage:
                    await WriteStageAsync(plan.Record.Id, write.Value, cancellationToken);
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
            lines => client.AddNoteAsync(contact, string.Join('\n', lines), cancellationToken));

    /// <summary>Compares the opt-out: a contact without any list it is subscribed to. Without a list to subscribe to, an
    /// opt-out is not withdrawn.</summary>
    private IEnumerable<PlannedWrite> CompareConsent(PersonWish wish, JsonElement found)
    {
        if (wish.OptedOut == false && options.ListId is null)
        {
            return [];
        }

        var lists = found.Items(Lists).Select(list => list.Text("status")).ToList();
        return ProfileFields.CompareConsent(wish, Lists, lists.Contains(Unsubscribed) && !lists.Contains(Subscribed));
    }

    private async Task<IEnumerable<PlannedWrite>> CompareStageAsync(string contact, PersonWish wish, CancellationToken cancellationToken)
    {
        if (wish.Stage is not { } stage || !options.WriteStageTag)
        {
            return [];
        }

        var present = await client.TagsAsync(contact, options.StageTagPrefix, cancellationToken);
        var wanted = $"{options.StageTagPrefix}{stage.ToString().ToLowerInvariant()}";
        var isEqual = present is [var only] && ActiveCampaignMapper.MeaningOf(only.Name, options) == stage;
        var outcome = isEqual ? WriteOutcome.Equal : WriteOutcome.Written;
        return [new(PersonProperty.Stage, outcome, Tag, wanted, wanted, present.Count > 0 ? present[0].Name : null)];
    }

    /// <summary>Unsubscribes the contact from every list, or subscribes it to the configured one.</summary>
    private async Task WriteConsentAsync(string contact, bool optedOut, CancellationToken cancellationToken)
    {
        if (!optedOut)
        {
            await client.WriteListAsync(contact, options.ListId!, optedOut: false, cancellationToken);
            return;
        }

        var lists = (await client.ContactAsync(contact, cancellationToken)).Items(Lists)
            .Where(list => list.Text("status") != Unsubscribed)
            .Select(list => list.Text("list")).OfType<string>().ToList();
        foreach (var list in lists)
        {
            await client.WriteListAsync(contact, list, optedOut: true, cancellationToken);
        }
    }

    /// <summary>Gives the contact the stage's tag, and then takes the other stages' tags away.</summary>
    private async Task WriteStageAsync(string contact, string wanted, CancellationToken cancellationToken)
    {
        await client.TagAsync(contact, wanted, cancellationToken);
        foreach (var other in await client.TagsAsync(contact, options.StageTagPrefix, cancellationToken))
        {
            if (!other.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                await client.UntagAsync(other, cancellationToken);
            }
        }
    }
}
