namespace IntegrationHub.Connectors.Events;

/// <summary>A tool's stage maps.</summary>
public enum StageMapKind
{
    /// <summary>The map of person stages. Setting <c>StageMap</c>.</summary>
    Person,

    /// <summary>The map of deal stages. Setting <c>DealStageMap</c>.</summary>
    Deal,
}
