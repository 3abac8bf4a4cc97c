using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The fingerprint of a journey: the SHA-256 of its <see cref="JourneyForm"/>.</summary>
internal static class JourneyHash
{
    /// <summary>Returns the hash of everything in a journey except its hash.</summary>
    public static string Of(Journey journey) => FingerprintJson.Hash(FormOf(journey), FingerprintJson.Default.JourneyForm);

    private static JourneyForm FormOf(Journey journey) => new(
        journey.LeadId.Value,
        journey.Stage,
        journey.Owner,
        journey.EnteredAt,
        journey.Erased,
        journey.Entries.Select(entry =>
            new JourneyForm.Entry(entry.Stage, entry.EnteredAt, entry.Rule, entry.Reason, entry.FactKey, entry.Connector, entry.Past)),
        journey.Held.Select(held => new JourneyForm.Unmapped(held.Connector, held.Raw, held.OccurredAt)),
        journey.Deals.Select(FormOf),
        journey.EmailConsent,
        FormOf(journey.Profile),
        journey.ProfileSources,
        journey.Identities.Select(key => key.Canonical),
        journey.GoneRecords.IsEmpty ? null : journey.GoneRecords.Select(key => key.Canonical),
        journey.NextActivityAt,
        journey.LastActivityAt,
        journey.Pauses.SelectMany(pause => new[] { pause.From, pause.To }),
        journey.Entries[^1].Past ? journey.WatchedFrom : null);

    private static JourneyForm.Deal FormOf(Deal deal) =>
        new(
            deal.Connector, deal.Id, deal.Stage, deal.FunnelStage, deal.Status, deal.Amount, deal.Currency, deal.Owner, deal.OpenedAt,
            deal.ClosedOn, deal.LostReason);

    private static JourneyForm.Person FormOf(LeadProfile its) =>
        new(its.Email, its.FirstName, its.LastName, its.Company, its.JobTitle, its.Phone, its.Region, its.Segment, its.Score);
}

/// <summary>The hashed part of a journey. Names and order are part of every stored hash, so a change of the
/// form changes them all.</summary>
internal sealed record JourneyForm(
    string LeadId, FunnelStage Stage, string Owner, DateTimeOffset EnteredAt, bool Erased, IEnumerable<JourneyForm.Entry> Entries,
    IEnumerable<JourneyForm.Unmapped> Held, IEnumerable<JourneyForm.Deal> Deals, ConsentState EmailConsent, JourneyForm.Person Profile,
    ImmutableSortedDictionary<PersonProperty, string> ProfileSources, IEnumerable<string> Identities,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IEnumerable<string>? GoneRecords,
    DateTimeOffset? NextActivityAt, DateTimeOffset? LastActivityAt, IEnumerable<DateTimeOffset> Pauses,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? WatchedFrom)
{
    internal sealed record Entry(
        FunnelStage Stage, DateTimeOffset EnteredAt, string Rule, string Reason, string FactKey, string Connector,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Past);

    internal sealed record Unmapped(string Connector, string Raw, DateTimeOffset OccurredAt);

    internal sealed record Deal(
        string Connector, string Id, string? Stage, FunnelStage? FunnelStage, DealStatus Status, decimal? Amount, string? Currency,
        string? Owner, DateTimeOffset OpenedAt,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? ClosedOn,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LostReason);

    internal sealed record Person(
        string? Email, string? FirstName, string? LastName, string? Company, string? JobTitle, string? Phone, string? Region,
        string? Segment, decimal? Score);
}
