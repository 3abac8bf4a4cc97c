using IntegrationHub.Connectors.Common;
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

    /// <summary>Gets what lifecycle stages mean. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets what deal stages mean; those of other pipelines are decided by the pipeline's own probabilities. Setting <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets the lifecycle stage that is written for each stage of the funnel: the last of its raw names in HubSpot's own order, or <c>WriteStage:{stage}</c>. A stage without one is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Reads the settings; faults go to <paramref name="settings"/>.</summary>
    internal static HubSpotOptions Read(ConnectorSettings settings)
    {
        var options = new HubSpotOptions
        {
            Name = settings.Name,
            BaseUrl = settings.Url("BaseUrl", "https://api.hubapi.com"),
            ClientSecret = settings.Required("ClientSecret", "the client secret of the HubSpot app verifies what it sends"),
            AccessToken = settings.Text("AccessToken"),
            ClientId = settings.Text("ClientId"),
            RefreshToken = settings.Text("RefreshToken"),
            PortalId = settings.Number("PortalId"),
            Stages = settings.Stages("StageMap", LifecycleStages),
            DealStages = settings.DealStages("DealStageMap", DefaultPipeline),
            WriteStages = ReadWriteStages(settings),
        };

        if (options.AccessToken is null && (options.ClientId is null || options.RefreshToken is null))
        {
            settings.Fault("AccessToken", "is missing: a private app's token, or ClientId and RefreshToken of an OAuth app, would be right");
        }

        return options;
    }

    private static Dictionary<FunnelStage, string> ReadWriteStages(ConnectorSettings settings)
    {
        var stages = new Dictionary<FunnelStage, string>
        {
            [FunnelStage.Awareness] = "subscriber",
            [FunnelStage.Interest] = "marketingqualifiedlead",
            [FunnelStage.Evaluation] = "salesqualifiedlead",
            [FunnelStage.Commitment] = "customer",
            [FunnelStage.Referral] = "evangelist",
        };
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            if (settings.Text($"WriteStage:{stage}") is { } raw)
            {
                stages[stage] = raw;
            }
        }

        return stages;
    }
}
