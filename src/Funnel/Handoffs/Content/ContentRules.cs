using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Suggests content for a lead. Pure.</summary>
public static class ContentRules
{
    private const int Most = 4;

    /// <summary>Returns at most four items for the stage and segment. Marketing gets visionary content first, every
    /// other team tactical. Items of the lead's segment precede those for everybody. Returns nothing for a person who
    /// opted out or is erased.</summary>
    public static ImmutableArray<ContentItem> Suggest(string team, FunnelStage stage, Journey journey, FunnelSettings settings)
    {
        if (journey.Erased || journey.EmailConsent == ConsentState.OptedOut)
        {
            return [];
        }

        var first = team == Team.Marketing ? ContentStyle.Visionary : ContentStyle.Tactical;
        return
        [
            .. settings.Content
                .Where(item =>
                    (item.Stages.IsEmpty || item.Stages.Contains(stage)) && TextPattern.Matches(item.Segment, journey.Profile.Segment))
                .OrderBy(item => item.Style != first)
                .ThenBy(item => item.Segment is null)
                .ThenBy(item => item.Title, StringComparer.Ordinal)
                .Take(Most),
        ];
    }
}
