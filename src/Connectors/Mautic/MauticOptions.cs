using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>Settings of one Mautic instance. Section <c>Connectors:{name}</c> with <c>Type</c> Mautic.</summary>
internal sealed class MauticOptions
{
    private const string UrlExample = "https://mautic.example.com";

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the instance, whose webhooks are accepted. Required.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the instance's address as webhooks and dedupe keys have it, without a slash at its end.</summary>
    public string Instance => BaseUrl.AbsoluteUri.TrimEnd('/');

    /// <summary>Gets the secrets of the webhook, the present and the next; at least one.</summary>
    public required SigningSecrets WebhookSecrets { get; init; }

    /// <summary>Gets the public key of the API credentials (OAuth 2, client credentials). Required.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the secret key of the API credentials. Required.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Gets the meaning of Mautic's stages by name. Setting <c>StageMap:{raw}</c>; default: the names of the
    /// funnel's stages.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets Mautic's stage that is written for each funnel stage: the setting <c>WriteStage:{stage}</c>. A funnel
    /// stage without one is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static MauticOptions Read(ConnectorSettings settings)
    {
        var (reader, stages) = (settings.Reader, settings.PersonStages(FunnelStageNames.Own));
        reader.Required("BaseUrl", "the address of the Mautic instance", UrlExample);
        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", UrlExample) ?? new(UrlExample),
            WebhookSecrets = settings.Secrets("WebhookSecret", "the secret of the webhook", "a-long-random-text"),
            ClientId = reader.Required("ClientId", "the public key of API credentials", "1_3bcbxd9e24g0gk4swg0kwg"),
            ClientSecret = settings.Secret("ClientSecret", "the secret key of API credentials", "4ok2x70rlfokc8g0wws8c8kw"),
            Stages = stages,
            WriteStages = ReadWriteStages(reader, stages),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, MauticWriting.Fields.Keys),
        };
    }

    private static Dictionary<FunnelStage, string> ReadWriteStages(SettingsReader reader, StageMap<FunnelStage> map)
    {
        reader.OnlyKnown("WriteStage", Enum.GetNames<FunnelStage>());
        var written = new Dictionary<FunnelStage, string>();
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            var key = $"WriteStage:{stage}";
            var mustBe = $"a stage that StageMap maps to {stage}";
            if (reader.Text(key, raw => map.TryGet(raw, out var meaning) && meaning == stage, mustBe, $"{stage}") is { } name)
            {
                written[stage] = name;
            }
        }

        return written;
    }
}
