using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that can be asked whether it is set up for the hub. Nothing is changed in it.</summary>
public interface ISelfCheck : IConnector
{
    /// <summary>Signs in, and looks for what the hub needs there. A part that the tool refuses becomes a
    /// finding.</summary>
    /// <exception cref="Http.VendorUnavailableException">The vendor does not answer; retry later.</exception>
    /// <exception cref="Http.ConnectorNeedsAuthorizationException">The vendor rejects the credentials.</exception>
    Task<SelfCheck> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>How a tool is set up for the hub.</summary>
/// <param name="Findings">What was looked for, in order.</param>
/// <param name="Stages">The stages that the tool has.</param>
public sealed record SelfCheck(IReadOnlyList<SelfCheckFinding> Findings, IReadOnlyList<VendorStage> Stages);

/// <summary>Something that was looked for in a tool.</summary>
/// <param name="Setting">The setting of the connector that it is about; empty for the connector itself.</param>
/// <param name="IsRight">Whether it is as the hub needs it; null when the tool has no call that says so.</param>
/// <param name="Says">What was found, or what a person must do.</param>
public sealed record SelfCheckFinding(string Setting, bool? IsRight, string Says);

/// <summary>A stage as the tool has it.</summary>
/// <param name="Raw">The name in maps.</param>
/// <param name="Label">What people see; null when it is the same.</param>
/// <param name="Outcome">Won or lost, where the tool itself says so; null for another stage. It needs no map
/// then.</param>
public sealed record VendorStage(StageMapKind Map, string Raw, string? Label, DealStageMeaning? Outcome);
