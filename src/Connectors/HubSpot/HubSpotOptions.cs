using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>How the hub talks with one HubSpot account. Section <c>Connectors:{name}</c> with <c>Type</c> HubSpot.</summary>
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

    /// <summary>What the hub writes where several names would do.</summary>
    private static readonly string[] UsualNames = ["subscriber", "marketingqualifiedlead", "salesqualifiedlead", "customer", "evangelist"];

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets where HubSpot's API is. Default: <c>https://api.hubapi.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the app's client secret, with which HubSpot signs what it sends. Required.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Gets a private app's token. Either this or <see cref="ClientId"/> and <see cref="RefreshToken"/>.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Gets an OAuth app's client id.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets an OAuth app's refresh token.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Gets the account (portal) whose events are ours; null takes every event that the secret signs.</summary>
    public long? PortalId { get; init; }

    /// <summary>Gets where people open HubSpot. Links need <see cref="PortalId"/> too. Default: <c>https://app.hubspot.com</c>; accounts in the EU have <c>https://app-eu1.hubspot.com</c>.</summary>
    public required Uri AppUrl { get; init; }

    /// <summary>Gets the contact property that takes sales' reason for a return; null writes a note instead.</summary>
    public string? ReturnReasonProperty { get; init; }

    /// <summary>Gets the country of telephone numbers without a country code, ISO 3166 with two letters; null compares them by their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets what lifecycle stages mean. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the properties of the profile that contacts are kept in step with. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets what deal stages mean; those of other pipelines are decided by the pipeline's own probabilities. Setting <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets the lifecycle stage that is written for each stage of the funnel: <c>WriteStage:{stage}</c>, else HubSpot's usual name for it. A stage that no lifecycle stage maps to is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Reads the settings; faults go to <paramref name="settings"/>.</summary>
    internal static HubSpotOptions Read(ConnectorSettings settings)
    {
        var stages = settings.Stages("StageMap", LifecycleStages);
        var options = new HubSpotOptions
        {
            Name = settings.Name,
            BaseUrl = settings.Url("BaseUrl", "https://api.hubapi.com"),
            ClientSecret = settings.Required("ClientSecret", "the client secret of the HubSpot app verifies what it sends"),
            AccessToken = settings.Text("AccessToken"),
            ClientId = settings.Text("ClientId"),
            RefreshToken = settings.Text("RefreshToken"),
            PortalId = settings.Number("PortalId"),
            AppUrl = settings.Url("AppUrl", "https://app.hubspot.com"),
            ReturnReasonProperty = settings.Text("ReturnReasonProperty"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(settings),
            Stages = stages,
            DealStages = settings.DealStages("DealStageMap", DefaultPipeline),
            WriteStages = ReadWriteStages(settings, stages),
            WriteProfile = ProfileFields.Read(settings, HubSpotWriting.Fields.Keys),
        };

        if (options.ReturnReasonProperty?.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_') == false)
        {
            settings.Fault("ReturnReasonProperty", "is no name of a property: lower-case letters, digits and _ would be right");
        }

        if (options.AccessToken is null && (options.ClientId is null || options.RefreshToken is null))
        {
            settings.Fault("AccessToken", "is missing: a private app's token, or ClientId and RefreshToken of an OAuth app, would be right");
        }

        return options;
    }

    /// <summary>For each stage what is set, else HubSpot's usual name if the map still says so, else any that the map has.</summary>
    private static Dictionary<FunnelStage, string> ReadWriteStages(ConnectorSettings settings, StageMap<FunnelStage> map)
    {
        var written = new Dictionary<FunnelStage, string>();
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            var key = $"WriteStage:{stage}";
            var raw = settings.Text(key) ?? UsualNames.Concat(map.All.Keys.Order(StringComparer.Ordinal)).FirstOrDefault(name => IsMapped(name, stage));
            if (raw is not null && !IsMapped(raw, stage))
            {
                settings.Fault(key, $"is a lifecycle stage that StageMap does not map to {stage}: one that it does would be right");
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
