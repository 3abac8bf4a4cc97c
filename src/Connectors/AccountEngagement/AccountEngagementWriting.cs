using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Writes to prospects: compares, then writes the differences. The lifecycle follows rules of the business unit
/// and cannot be written.</summary>
internal sealed class AccountEngagementWriting(AccountEngagementClient client, AccountEngagementOptions options)
{
    private const string OptedOut = "optedOut";

    /// <summary>The API's names of the profile properties.</summary>
    public static readonly ImmutableDictionary<PersonProperty, string> Fields = new Dictionary<PersonProperty, string>
    {
        [PersonProperty.FirstName] = "firstName",
        [PersonProperty.LastName] = "lastName",
        [PersonProperty.Company] = "company",
        [PersonProperty.JobTitle] = "jobTitle",
        [PersonProperty.Phone] = "phone",
        [PersonProperty.Region] = "country",
    }.ToImmutableDictionary();

    /// <summary>Compares the prospect with the wish; null when it does not exist or lies in the recycle bin.</summary>
    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        var present = await client.ProspectAsync(person.Id, cancellationToken);
        return present.ValueKind != JsonValueKind.Object || present.Member("isDeleted").ValueKind == JsonValueKind.True
            ? null
            : new(person,
            [
                .. ProfileFields.CompareConsent(wish, OptedOut, present.Text(OptedOut) == "true"),
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
}
