using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>The tools that handoffs go to.</summary>
internal sealed class HandoffTargets(ConnectorSet connectors, HandoffOptions options)
{
    /// <summary>Gets the names of all connectors that accept handoffs.</summary>
    public IReadOnlyCollection<string> Names { get; } = [.. connectors.OfType<IHandoffTarget>().Select(target => target.Name)];

    /// <summary>Returns the routed connector, else the team's, else the only one; null for none.</summary>
    public IHandoffTarget? Of(Handoff handoff) =>
        handoff.Assignments.LastOrDefault() is { Connector: var routed } ? connectors.Find<IHandoffTarget>(routed)
        : options.Connectors.TryGetValue(handoff.To, out var name) ? connectors.Find<IHandoffTarget>(name)
        : connectors.OfType<IHandoffTarget>() is [var only] ? only
        : null;

    /// <summary>Returns links to the person's record in each tool.</summary>
    public ImmutableArray<RecordUrl> LinksTo(Journey journey) => [.. connectors.LinksTo(journey)];
}
