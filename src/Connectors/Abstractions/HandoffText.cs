using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>What handoffs to every tool share.</summary>
internal static class HandoffText
{
    /// <summary>Returns the subject of the owner's task.</summary>
    public static string SubjectOf(HandoffBrief brief) => $"Take up {brief.Who}: {brief.Stage}";

    /// <summary>Returns the person's addresses to look a record up by: in Unicode and, where it differs, in ASCII.</summary>
    public static IReadOnlyList<string> AddressesOf(Journey journey) =>
    [
        .. journey.Identities.Where(key => key.Kind == IdentityKind.Email)
            .Select(key => key.Id).Append(journey.Profile.Email)
            .SelectMany(address => EmailAddress.TryParse(address, out var email) ? new[] { email.Address, email.Ascii } : [])
            .Distinct(StringComparer.Ordinal),
    ];
}
