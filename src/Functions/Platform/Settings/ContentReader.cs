using System.Collections.Immutable;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the sections <c>Content</c> and <c>Campaigns</c>.</summary>
internal static class ContentReader
{
    public static ImmutableArray<ContentItem> ReadContent(SettingsReader reader) =>
        [.. reader.Names("Content").Select(name => ReadItem(reader, $"Content:{name}")).OfType<ContentItem>()];

    public static ImmutableArray<CampaignSettings> ReadCampaigns(SettingsReader reader) =>
        [.. reader.Names("Campaigns").Select(number => ReadCampaign(reader, $"Campaigns:{number}")).OfType<CampaignSettings>()];

    private static ContentItem? ReadItem(SettingsReader reader, string key)
    {
        reader.OnlyKnown(key, "Title", "Url", "Style", "Stages", "Segment");
        var title = reader.Required($"{key}:Title", "the title that people know it by", "ROI calculator");
        reader.Required($"{key}:Url", "an http or https address", "https://example.com/roi-calculator");
        var url = reader.Url($"{key}:Url", "https://example.com/roi-calculator");
        var style = reader.Named<ContentStyle>($"{key}:Style", reader.Text($"{key}:Style") ?? "");
        var stages = reader.List($"{key}:Stages").Select(stage => reader.Named<FunnelStage>($"{key}:Stages", stage)).OfType<FunnelStage>();
        return url is null || style is null
            ? null
            : new() { Title = title, Url = url, Style = style.Value, Stages = [.. stages], Segment = reader.Text($"{key}:Segment") };
    }

    private static CampaignSettings? ReadCampaign(SettingsReader reader, string key)
    {
        reader.OnlyKnown(key, "Name", "Channel");
        var name = reader.Required($"{key}:Name", "the campaign's name in the tool, or its beginning and a *", "Spring*");
        return reader.Named<CampaignChannel>($"{key}:Channel", reader.Text($"{key}:Channel") ?? "") is { } channel
            ? new(name, channel) : null;
    }
}
