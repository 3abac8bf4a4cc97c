using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Writes to members: compares, then writes the differences.</summary>
internal sealed class MailchimpWriting(MailchimpClient client, MailchimpOptions options)
{
    private const string Status = "status";

    /// <summary>The longest note that Mailchimp takes.</summary>
    private const int LongestNote = 1000;

    /// <summary>The usual merge fields of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "FNAME",
        [PersonProperty.LastName] = "LNAME",
        [PersonProperty.Company] = "COMPANY",
        [PersonProperty.Phone] = "PHONE",
    }.ToImmutableDictionary();

    /// <summary>Compares the member with the wish; null when the member does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        await client.MemberAsync(person.Id, cancellationToken) is { } member
            ? new(person,
            [
                .. ProfileFields.CompareConsent(wish, Status, member.Status is "unsubscribed" or "cleaned"),
                .. ProfileFields.CompareStage(wish, options.WriteStageMergeField, field => member.MergeFields.Text(field)),
                .. ProfileFields.Compare(wish, Fields, field => member.MergeFields.Text(field), options.PhoneRegion),
            ])
            : null;

    /// <summary>Writes a plan, an opt-out first and alone, so that a merge field that is refused does not hold it
    /// back.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Writes.Count == 0 || await client.MemberAsync(plan.Record.Id, cancellationToken) is not { Id: { } hash })
        {
            return;
        }

        foreach (var consent in plan.Writes.Where(write => write.Property == PersonProperty.Consent))
        {
            await client.WriteAsync(hash, new(consent.Value == "true" ? "unsubscribed" : "subscribed", null), cancellationToken);
        }

        var fields = plan.Writes.Where(write => write.Property != PersonProperty.Consent)
            .ToDictionary(write => write.Field, write => write.Value);
        if (fields.Count > 0)
        {
            await client.WriteAsync(hash, new(null, fields), cancellationToken);
        }
    }

    /// <summary>Writes a note once: the hub's mark in its text identifies it. Returns false when the member does not
    /// exist.</summary>
    public async Task<bool> WriteNoteAsync(string member, PersonNote note, CancellationToken cancellationToken)
    {
        if (await client.MemberAsync(member, cancellationToken) is not { Id: { } hash })
        {
            return false;
        }

        return await NoteOnce.WriteAsync(
            note, await client.NotesAsync(hash, cancellationToken),
            lines => client.AddNoteAsync(hash, WithMark(string.Join('\n', lines.SkipLast(2)), lines[^1]), cancellationToken));
    }

    private static string WithMark(string text, string mark)
    {
        var room = LongestNote - mark.Length - 1;
        return $"{(text.Length > room ? text[..room] : text)}\n{mark}";
    }
}
