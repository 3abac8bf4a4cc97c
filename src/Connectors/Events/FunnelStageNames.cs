using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>The stage map of tools without stages of their own: the names of the funnel's stages.</summary>
internal static class FunnelStageNames
{
    /// <summary>Each stage under its own name.</summary>
    public static readonly IReadOnlyDictionary<string, FunnelStage> Own =
        Enum.GetValues<FunnelStage>().ToDictionary(stage => stage.ToString(), stage => stage);
}
