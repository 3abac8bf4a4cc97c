namespace IntegrationHub.Funnel;

/// <summary>The views of the figures: all, or of one segment, channel or campaign.</summary>
public static class TallyViews
{
    public const string All = "all";

    /// <summary>The segment of leads without one.</summary>
    public const string NoSegment = "(none)";

    private const int LongestName = 100;

    /// <summary>Returns the view of a segment, ignoring case and surrounding blanks.</summary>
    public static string OfSegment(string? segment) => $"segment:{NameOf(segment) ?? NoSegment}";

    public static string OfChannel(CampaignChannel channel) => $"channel:{channel.ToString().ToLowerInvariant()}";

    /// <summary>Returns the view of a campaign by its name in the tools, ignoring case and surrounding
    /// blanks.</summary>
    public static string OfCampaign(string campaign) => $"campaign:{NameOf(campaign) ?? NoSegment}";

    private static string? NameOf(string? name) => OneLine.Of(name, LongestName)?.ToLowerInvariant();
}
