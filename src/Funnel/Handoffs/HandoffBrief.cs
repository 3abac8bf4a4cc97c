using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>What the receiving person reads in twenty seconds. Personal data: never to be logged.</summary>
public sealed record HandoffBrief
{
    private const int LongestStory = 5;
    private const int LongestName = 80, LongestReason = 200, LongestLine = 160;

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

    /// <summary>Gets how much of what the team wants to know is known, from 0 to 1.</summary>
    public double Completeness { get; init; } = 1;

    /// <summary>Gets what to show them next, the best first; empty for a person who has opted out.</summary>
    public ImmutableArray<ContentItem> Content { get; init; } = [];

    /// <summary>Gets where the story can be read in full: the person's record in each tool that has one and can be linked to.</summary>
    public ImmutableArray<RecordUrl> Links { get; init; } = [];

    /// <summary>Gets a value indicating whether the person has opted out and must not be written to.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Makes the brief of a handoff from the lead's state. Dates are the receiving team's.</summary>
    public static HandoffBrief For(Handoff handoff, Journey journey, IEnumerable<Fact> facts, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(settings);
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        return new()
        {
            Who = Name(journey.Profile) ?? company ?? "A lead without a name",
            Company = company,
            Stage = OneLine.Of(settings.Stages[handoff.Stage].Name, LongestName) ?? handoff.Stage.ToString(),
            WhyNow = OneLine.Of(handoff.Reason, LongestReason) ?? "",
            Story = journey.Erased ? [] : Tell(facts, settings.CalendarOf(handoff.To).TimeZone),
            Missing = [.. Wanted(handoff.To, journey).Where(part => !part.There).Select(part => part.What)],
            Completeness = CompletenessOf(handoff.To, journey),
            Content = ContentRules.Suggest(handoff.To, handoff.Stage, journey, settings),
            OptedOut = journey.EmailConsent == ConsentState.OptedOut,
        };
    }

    /// <summary>The share of what a team wants to know of a lead that is known: name, company, e-mail, phone, and for every team but marketing the budget. Says nothing of whose fault it is.</summary>
    public static double CompletenessOf(string team, Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        var wanted = Wanted(team, journey);
        return Math.Round((double)wanted.Count(part => part.There) / wanted.Length, 2);
    }

    /// <summary>The brief as lines of plain text, an empty one between its parts.</summary>
    public IReadOnlyList<string> ToLines()
    {
        List<string> lines = [Company is null || Company == Who ? Who : $"{Who}, {Company}", $"Stage: {Stage}", $"Why now: {WhyNow}"];
        if (OptedOut)
        {
            lines.Add("Has opted out of e-mail: do not write to them.");
        }

        List("What they saw and answered", Story);
        List(string.Create(CultureInfo.InvariantCulture, $"Missing for the next step ({Completeness:0%} is known)"), Missing);
        List("What to show them next", [.. Content.Select(item => $"{OneLine.Of(item.Title, LongestName)} ({item.Style.ToString().ToLowerInvariant()}): {item.Url.AbsoluteUri}")]);
        List("The whole story", [.. Links.Select(link => $"{link.Connector}: {link.Url.AbsoluteUri}")]);
        return lines;

        void List(string title, ImmutableArray<string> items)
        {
            if (!items.IsEmpty)
            {
                lines.AddRange(["", $"{title}:", .. items.Select(item => $"- {item}")]);
            }
        }
    }

    private static string? Name(LeadProfile profile) => OneLine.Of($"{profile.FirstName} {profile.LastName}", LongestName);

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
            .Select(told => $"{Date(told.Last, zone)}: {OneLine.Of(told.Text, LongestLine)}{(told.Times > 1 ? $" ({told.Times} times)" : "")}"),
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

    private static (string What, bool There)[] Wanted(string team, Journey journey)
    {
        var profile = journey.Profile;
        (string, bool)[] always = [("name", Name(profile) is not null), ("company", profile.Company is not null), ("e-mail", profile.Email is not null), ("phone", profile.Phone is not null)];
        return team == Team.Marketing ? always : [.. always, ("budget", journey.Deals.Any(deal => deal.Amount is not null))];
    }
}
