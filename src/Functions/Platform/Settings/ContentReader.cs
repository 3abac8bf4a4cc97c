using System.Collections.Immutable;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads what can be shown to leads, and what is known of campaigns: the sections <c>Content</c> and <c>Campaigns</c>.</summary>
internal static class ContentReader
{
    /// <summary>Reads the content; faults go to <paramref name="reader"/>.</summary>
    public static ImmutableArray<ContentItem> ReadContent(SettingsReader reader) => [.. reader.Names("Content").Select(name => ReadItem(reader, $"Content:{name}")).OfType<ContentItem>()];

    /// <summary>Reads the campaigns; faults go to <paramref name="reader"/>.</summary>
    public static ImmutableArray<CampaignSettings> ReadCampaigns(SettingsReader reader) =>
        [.. reader.Names("Campaigns").Select(number => ReadCampaign(reader, $"Campaigns:{number}")).OfType<CampaignSettings>()];

    private static ContentItem? ReadItem(SettingsReader reader, string key)
    {
        reader.OnlyKnown(key, "Title", "Url", "Style", "Stages", "Segment");
        var (title, text) = (reader.Text($"{key}:Title"), reader.Text($"{key}:Url"));
        if (title is null)
        {
            reader.Fault($"{key}:Title", "is missing. Write the title people know it by.");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            reader.Fault($"{key}:Url", $"'{text}' is no web address. Write it as https://example.com/roi-calculator.");
            url = null;
        }

        var style = Named<ContentStyle>(reader, $"{key}:Style");
        var stages = reader.List($"{key}:Stages").Select(stage => FunnelSettingsReader.ParseEnum<FunnelStage>(reader, $"{key}:Stages", stage)).OfType<FunnelStage>();
        return title is null || url is null || style is null ? null : new() { Title = title, Url = url, Style = style.Value, Stages = [.. stages], Segment = reader.Text($"{key}:Segment") };
    }

    private static CampaignSettings? ReadCampaign(SettingsReader reader, string key)
    {
        reader.OnlyKnown(key, "Name", "Channel");
        var (name, channel) = (reader.Text($"{key}:Name"), Named<CampaignChannel>(reader, $"{key}:Channel"));
        if (name is null)
        {
            reader.Fault($"{key}:Name", "is missing. Write the campaign's name as the tool gives it, or its beginning with a * behind.");
        }

        return name is null || channel is null ? null : new(name, channel.Value);
    }

    private static T? Named<T>(SettingsReader reader, string key)
        where T : struct, Enum => FunnelSettingsReader.ParseEnum<T>(reader, key, reader.Text(key) ?? "");
}
