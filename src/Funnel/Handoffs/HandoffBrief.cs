using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>What the receiving person reads in twenty seconds. Personal data: never log it.</summary>
public sealed record HandoffBrief
{
    private const int LongestStory = 5;
    private const int LongestName = 80, LongestReason = 200, LongestLine = 160;

    /// <summary>Gets the name, else the company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null when unknown.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the stage's display name.</summary>
    public required string Stage { get; init; }

    public required string WhyNow { get; init; }

    /// <summary>Gets what they saw and answered, latest first, at most five lines.</summary>
    public required ImmutableArray<string> Story { get; init; }

    /// <summary>Gets what is missing for the next step.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>Gets the share of the wanted information that is known, from 0 to 1.</summary>
    public double Completeness { get; init; } = 1;

    /// <summary>Gets the suggested content, best first; empty for a person who opted out.</summary>
    public ImmutableArray<ContentItem> Content { get; init; } = [];

    /// <summary>Gets links to the person's record in each tool.</summary>
    public ImmutableArray<RecordUrl> Links { get; init; } = [];

    /// <summary>Gets a value indicating whether the person opted out and must not be mailed.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Makes the brief of a handoff. Dates are in the receiving team's time zone.</summary>
    public static HandoffBrief For(Handoff handoff, Journey journey, IEnumerable<Fact> facts, FunnelSettings settings)
    {
        var company = OneLine.Of(journey.Profile.Company, LongestName);
        return new()
        {
            Who = Name(journey.Profile) ?? company ?? "A lead without a name",
            Company = company,
            Stage = OneLine.Of(settings.Stages[handoff.Stage].Name, LongestName) ?? handoff.Stage.ToString(),
            WhyNow = OneLine.Of(handoff.Reason, LongestReason) ?? "",
            Story = journey.Erased ? [] : Summarise(facts, settings.CalendarOf(handoff.To).TimeZone),
            Missing = [.. Wanted(handoff.To, journey).Where(part => !part.There).Select(part => part.What)],
            Completeness = CompletenessOf(handoff.To, journey),
            Content = ContentRules.Suggest(handoff.To, handoff.Stage, journey, settings),
            OptedOut = journey.EmailConsent == ConsentState.OptedOut,
        };
    }

    /// <summary>Returns the known share of what a team wants to know: name, company, e-mail and phone, and the budget
    /// for every team but marketing.</summary>
    public static double CompletenessOf(string team, Journey journey)
    {
        var wanted = Wanted(team, journey);
        return Math.Round((double)wanted.Count(part => part.There) / wanted.Length, 2);
    }

    /// <summary>Returns the brief as lines of plain text, with an empty line between parts.</summary>
    public IReadOnlyList<string> ToLines()
    {
        List<string> lines = [Company is null || Company == Who ? Who : $"{Who}, {Company}", $"Stage: {Stage}", $"Why now: {WhyNow}"];
        if (OptedOut)
        {
            lines.Add("Has opted out of e-mail: do not write to them.");
        }

        List("What they saw and answered", Story);
        List(string.Create(CultureInfo.InvariantCulture, $"Missing for the next step ({Completeness:0%} is known)"), Missing);
        List(
            "What to show them next",
            [
                .. Content.Select(item =>
                    $"{OneLine.Of(item.Title, LongestName)} ({item.Style.ToString().ToLowerInvariant()}): {item.Url.AbsoluteUri}"),
            ]);
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

    /// <summary>Returns the latest touches, each once with its count.</summary>
    private static ImmutableArray<string> Summarise(IEnumerable<Fact> facts, TimeZoneInfo zone) =>
    [
        .. CampaignRules.TouchesOf([.. facts])
            .DistinctBy(touch => touch.DedupeKey)
            .GroupBy(Describe, StringComparer.Ordinal)
            .Select(line => (Text: line.Key, Times: line.Count(), Last: line.Max(touch => touch.OccurredAt)))
            .OrderByDescending(line => line.Last)
            .ThenBy(line => line.Text, StringComparer.Ordinal)
            .Take(LongestStory)
            .Select(line =>
                $"{Date(line.Last, zone)}: {OneLine.Of(line.Text, LongestLine)}{(line.Times > 1 ? $" ({line.Times} times)" : "")}"),
    ];

    /// <summary>Returns what the person did: "sent a form of Spring: Request a demo".</summary>
    internal static string Describe(CampaignTouched touch)
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
        (string, bool)[] always =
        [
            ("name", Name(profile) is not null),
            ("company", profile.Company is not null),
            ("e-mail", profile.Email is not null),
            ("phone", profile.Phone is not null),
        ];
        return team == Team.Marketing ? always : [.. always, ("budget", journey.Deals.Any(deal => deal.Amount is not null))];
    }
}
