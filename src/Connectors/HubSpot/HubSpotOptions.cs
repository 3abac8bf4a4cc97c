using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Settings of one HubSpot account. Section <c>Connectors:{name}</c> with <c>Type</c> HubSpot.</summary>
public sealed class HubSpotOptions
{
    private static readonly Dictionary<string, FunnelStage> LifecycleStages = new()
    {
        ["subscriber"] = FunnelStage.Awareness,
        ["lead"] = FunnelStage.Interest,
        ["marketingqualifiedlead"] = FunnelStage.Interest,
        ["salesqualifiedlead"] = FunnelStage.Evaluation,
        ["opportunity"] = FunnelStage.Evaluation,
        ["customer"] = FunnelStage.Commitment,
        ["evangelist"] = FunnelStage.Referral,
    };

    private static readonly Dictionary<string, DealStageMeaning> DefaultPipeline = new()
    {
        ["appointmentscheduled"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["qualifiedtobuy"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["presentationscheduled"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["decisionmakerboughtin"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["contractsent"] = DealStageMeaning.Open(FunnelStage.Commitment),
        ["closedwon"] = DealStageMeaning.Won,
        ["closedlost"] = DealStageMeaning.Lost,
    };

    /// <summary>The lifecycle stages to write when several map to a funnel stage.</summary>
    private static readonly string[] UsualNames = ["subscriber", "marketingqualifiedlead", "salesqualifiedlead", "customer", "evangelist"];

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of HubSpot's API. Default: <c>https://api.hubapi.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the app's client secret, which signs webhooks, and the next one. Required.</summary>
    public required SigningSecrets ClientSecret { get; init; }

    /// <summary>Gets a private app's token, used instead of <see cref="ClientId"/> and
    /// <see cref="RefreshToken"/>.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Gets an OAuth app's client id.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets an OAuth app's refresh token.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Gets the account (portal) whose events are accepted. Ids of records are unique only within it.
    /// Required.</summary>
    public required long PortalId { get; init; }

    /// <summary>Gets the address of HubSpot's user interface, for links. Default: <c>https://app.hubspot.com</c>; EU
    /// accounts use <c>https://app-eu1.hubspot.com</c>.</summary>
    public required Uri AppUrl { get; init; }

    /// <summary>Gets the contact property for sales' return reason; null writes a note instead.</summary>
    public string? ReturnReasonProperty { get; init; }

    /// <summary>Gets the contact property that names the campaign of a conversion, such as <c>utm_campaign</c>; null takes
    /// the conversion's name.</summary>
    public string? CampaignProperty { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the meaning of lifecycle stages. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the profile properties that the hub writes to contacts. Setting
    /// <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets the meaning of deal stages; other stages follow their pipeline's probability. Setting
    /// <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets the deal types of business with existing customers, which are Repeat when won. Setting
    /// <c>DealTypeMap:{raw}</c>.</summary>
    public StageMap<FunnelStage> DealTypes { get; init; } = new([]);

    /// <summary>Gets the lifecycle stage written for each funnel stage: <c>WriteStage:{stage}</c>, else HubSpot's usual
    /// name. A funnel stage without one is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static HubSpotOptions Read(ConnectorSettings settings)
    {
        var (reader, stages) = (settings.Reader, settings.PersonStages(LifecycleStages));
        var options = new HubSpotOptions
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", "https://api.hubapi.com") ?? new("https://api.hubapi.com"),
            ClientSecret = SigningSecrets.Read(reader, "ClientSecret"),
            AccessToken = SigningSecrets.ReadOne(reader, "AccessToken"),
            ClientId = reader.Text("ClientId"),
            RefreshToken = SigningSecrets.ReadOne(reader, "RefreshToken"),
            PortalId = ReadPortal(reader),
            AppUrl = reader.Url("AppUrl", "https://app.hubspot.com") ?? new("https://app.hubspot.com"),
            ReturnReasonProperty = reader.Text(
                "ReturnReasonProperty", IsPropertyName, "a property's name of lower-case letters, digits and _", "return_reason"),
            CampaignProperty = reader.Text(
                "CampaignProperty", IsPropertyName, "a property's name of lower-case letters, digits and _", "utm_campaign"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            Stages = stages,
            DealTypes = settings.DealTypes(),
            DealStages = settings.DealStages(DefaultPipeline),
            WriteStages = ReadWriteStages(reader, stages),
            WriteProfile = ProfileFields.Read(reader, HubSpotWriting.Fields.Keys),
        };
        reader.Required("ClientSecret", "the client secret of the HubSpot app", "1f0c…");
        if (reader.Text("AccessToken") is null && (options.ClientId is null || reader.Text("RefreshToken") is null))
        {
            reader.Fault("AccessToken", "a private app's token, unless ClientId and RefreshToken of an OAuth app are set", "pat-eu1-…");
        }

        return options;
    }

    private static long ReadPortal(SettingsReader reader)
    {
        const string Key = "PortalId", MustBe = "the number of the account (portal) whose events count", Example = "62515";
        return reader.Required(Key, MustBe, Example) == "" ? 0 : reader.Value<long>(Key, 0, id => id > 0, MustBe, Example);
    }

    private static bool IsPropertyName(string text) =>
        text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');

    /// <summary>Reads the stages to write: the setting, else HubSpot's usual name when the map has
    /// it, else any mapped name.</summary>
    private static Dictionary<FunnelStage, string> ReadWriteStages(SettingsReader settings, StageMap<FunnelStage> map)
    {
        var written = new Dictionary<FunnelStage, string>();
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            var key = $"WriteStage:{stage}";
            var raw = settings.Text(key)
                ?? UsualNames.Concat(map.All.Keys.Order(StringComparer.Ordinal)).FirstOrDefault(name => IsMapped(name, stage));
            if (raw is not null && !IsMapped(raw, stage))
            {
                settings.Fault(
                    key, $"a lifecycle stage that StageMap maps to {stage}",
                    map.All.Keys.FirstOrDefault(name => IsMapped(name, stage), UsualNames[0]));
            }
            else if (raw is not null)
            {
                written[stage] = raw;
            }
        }

        return written;

        bool IsMapped(string raw, FunnelStage stage) => map.TryGet(raw, out var meaning) && meaning == stage;
    }
}
