namespace IntegrationHub.Connectors.Events;

/// <summary>Which of a tool's stage maps.</summary>
public enum StageMapKind
{
    /// <summary>What stages of persons mean. Setting <c>StageMap</c>.</summary>
    Person,

    /// <summary>What stages of deals mean. Setting <c>DealStageMap</c>.</summary>
    Deal,
}
