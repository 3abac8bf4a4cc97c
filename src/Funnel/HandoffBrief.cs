using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>What the receiving person reads in twenty seconds. Personal data: never to be logged.</summary>
public sealed record HandoffBrief
{
    private const int LongestStory = 5;

    /// <summary>Gets who it is: name, else company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null where it is not known.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the stage's name as people see it.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets why now.</summary>
    public required string WhyNow { get; init; }

    /// <summary>Gets what they saw and answered, latest first, a handful of lines.</summary>
    public required ImmutableArray<string> Story { get; init; }

    /// <summary>Gets what is missing for the next step; empty when nothing is.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>Gets a value indicating whether the person has opted out and must not be written to.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Makes the brief of a handoff from the lead's state. Dates are the receiving team's.</summary>
    public static HandoffBrief For(Handoff handoff, Journey journey, IEnumerable<Fact> facts, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(settings);
        return new()
        {
            Who = Name(journey.Profile) ?? journey.Profile.Company ?? "A lead without a name",
            Company = journey.Profile.Company,
            Stage = settings.Stages[handoff.Stage].Name,
            WhyNow = handoff.Reason,
            Story = journey.Erased ? [] : Tell(facts, settings.CalendarOf(handoff.To).TimeZone),
            Missing = [.. WhatIsMissing(handoff, journey)],
            OptedOut = journey.EmailConsent == ConsentState.OptedOut,
        };
    }

    private static string? Name(LeadProfile profile) =>
        $"{profile.FirstName} {profile.LastName}".Trim() is { Length: > 0 } name ? name : null;

    /// <summary>The latest touches, each told once with how often it happened.</summary>
    private static ImmutableArray<string> Tell(IEnumerable<Fact> facts, TimeZoneInfo zone) =>
    [
        .. facts
            .OfType<CampaignTouched>()
            .DistinctBy(touch => touch.DedupeKey)
            .GroupBy(Tell, StringComparer.Ordinal)
            .Select(told => (Text: told.Key, Times: told.Count(), Last: told.Max(touch => touch.OccurredAt)))
            .OrderByDescending(told => told.Last)
            .ThenBy(told => told.Text, StringComparer.Ordinal)
            .Take(LongestStory)
            .Select(told => $"{Date(told.Last, zone)}: {told.Text}{(told.Times > 1 ? $" ({told.Times} times)" : "")}"),
    ];

    private static string Tell(CampaignTouched touch)
    {
        var act = touch.Touch switch
        {
            TouchKind.PageVisit => "looked at a page",
            TouchKind.Form => "sent a form",
            TouchKind.Open => "opened a mail",
            TouchKind.Click => "followed a link",
            TouchKind.Conversion => "answered a campaign",
            _ => throw new InvalidOperationException($"Unknown touch {touch.Touch}."),
        };
        var campaign = string.IsNullOrWhiteSpace(touch.Campaign) ? "" : $" of {touch.Campaign}";
        var detail = string.IsNullOrWhiteSpace(touch.Detail) ? "" : $": {touch.Detail}";
        return $"{act}{campaign}{detail}";
    }

    private static string Date(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    private static IEnumerable<string> WhatIsMissing(Handoff handoff, Journey journey)
    {
        var profile = journey.Profile;
        (string What, bool There)[] wanted =
        [
            ("name", Name(profile) is not null),
            ("company", profile.Company is not null),
            ("e-mail", profile.Email is not null),
            ("phone", profile.Phone is not null),
            ("budget", handoff.To == Team.Marketing || journey.Deals.Any(deal => deal.Amount is not null)),
        ];
        return wanted.Where(part => !part.There).Select(part => part.What);
    }
}
