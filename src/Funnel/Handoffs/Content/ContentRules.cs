using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What to show a lead next. Pure.</summary>
public static class ContentRules
{
    private const int Most = 4;

    /// <summary>
    /// The content that suits the stage and the segment, at most four: for marketing, whose are the early stages, the visionary first, for every other team the tactical; within each what is for the
    /// lead's own segment before what is for everybody. Nothing for a person who has opted out or is erased.
    /// </summary>
    public static ImmutableArray<ContentItem> Suggest(string team, FunnelStage stage, Journey journey, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(journey);
        ArgumentNullException.ThrowIfNull(settings);
        if (journey.Erased || journey.EmailConsent == ConsentState.OptedOut)
        {
            return [];
        }

        var first = team == Team.Marketing ? ContentStyle.Visionary : ContentStyle.Tactical;
        return
        [
            .. settings.Content
                .Where(item => (item.Stages.IsEmpty || item.Stages.Contains(stage)) && TextPattern.Matches(item.Segment, journey.Profile.Segment))
                .OrderBy(item => item.Style != first)
                .ThenBy(item => item.Segment is null)
                .ThenBy(item => item.Title, StringComparer.Ordinal)
                .Take(Most),
        ];
    }
}
