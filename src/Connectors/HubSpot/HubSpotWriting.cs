using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Writes to contacts: compares, then writes the differences.</summary>
internal sealed class HubSpotWriting(HubSpotClient client, HubSpotOptions options)
{
    private const string Lifecycle = "lifecyclestage", OptOut = "hs_email_optout";

    /// <summary>HubSpot's names of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "firstname",
        [PersonProperty.LastName] = "lastname",
        [PersonProperty.Company] = "company",
        [PersonProperty.JobTitle] = "jobtitle",
        [PersonProperty.Phone] = "phone",
        [PersonProperty.Region] = "country",
    }.ToImmutableDictionary();

    /// <summary>Gets the properties to read before a write.</summary>
    public static IEnumerable<string> Read { get; } = [Lifecycle, OptOut, .. Fields.Values.Order(StringComparer.Ordinal)];

    /// <summary>Compares the contact with the wish; null when the contact does not exist.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        if (await client.ContactAsync(person.Id, cancellationToken) is not { } contact)
        {
            return null;
        }

        return new(person,
        [
            .. ProfileFields.CompareConsent(wish, OptOut, contact.Text(OptOut) == "true"),
            .. CompareStage(wish, contact),
            .. ProfileFields.Compare(wish, Fields, contact.Text, options.PhoneRegion),
        ]);
    }

    /// <summary>Writes a plan, an opt-out first and alone. HubSpot moves stages only forward, so a backward move clears
    /// the stage first. After a crash in between the stage is empty, from where every stage is forward.</summary>
    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        var (contact, consent) = (plan.Record.Id, plan.Writes.Where(write => write.Property == PersonProperty.Consent).ToList());
        var rest = plan.Writes.Except(consent).ToList();
        if (consent.Count > 0)
        {
            await client.WriteAsync(contact, ToProperties(consent), cancellationToken);
        }

        if (rest.Exists(IsBackward))
        {
            await client.WriteAsync(contact, new Dictionary<string, string> { [Lifecycle] = "" }, cancellationToken);
        }

        if (rest.Count > 0)
        {
            await client.WriteAsync(contact, ToProperties(rest), cancellationToken);
        }
    }

    /// <summary>Compares the stage. A stage without a configured name is not written. An unmapped stage belongs to the
    /// portal: it is kept and reported.</summary>
    private IEnumerable<PlannedWrite> CompareStage(PersonWish wish, HubSpotObjectWire contact)
    {
        if (wish.Stage is not { } stage || !options.WriteStages.TryGetValue(stage, out var wanted))
        {
            return [];
        }

        var present = contact.Text(Lifecycle);
        var known = options.Stages.TryGet(present, out var shown);
        var outcome = known && shown == stage ? WriteOutcome.Equal
            : known || present is null ? WriteOutcome.Written
            : WriteOutcome.Kept;
        return [new(PersonProperty.Stage, outcome, Lifecycle, wanted, wanted, present)];
    }

    private bool IsBackward(PlannedWrite write) =>
        write.Property == PersonProperty.Stage
            && options.Stages.TryGet(write.Before, out var present)
            && options.Stages.TryGet(write.Value, out var wanted)
            && present > wanted;

    private static Dictionary<string, string> ToProperties(IEnumerable<PlannedWrite> writes) =>
        writes.ToDictionary(write => write.Field, write => write.Value);
}
