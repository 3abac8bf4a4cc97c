using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>How the hub writes back to the tools. Made from the settings <c>WriteBack:*</c> and the
/// connectors' <c>WriteProfile</c>.</summary>
public sealed record WriteBackPolicy
{
    public static readonly WriteBackPolicy Default = new();

    /// <summary>Gets the number of overwrites within <see cref="OverwriteWindow"/> that opens a
    /// breaker. At least 1. Default: 2.</summary>
    public int MaxOverwrites { get; init; } = 2;

    /// <summary>Gets how long overwrites count and a breaker stays open. Default: 1 day.</summary>
    public TimeSpan OverwriteWindow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets how long the echo of a write is expected, inclusive. Default: 1 day.</summary>
    public TimeSpan EchoWithin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets the profile properties that at least one tool syncs. Only their changes are announced.</summary>
    public ImmutableHashSet<PersonProperty> InStep { get; init; } = [];

    /// <summary>Gets the names of the tools that show a lead's stage and are told of it: all but the CRMs.</summary>
    public ImmutableHashSet<string> StageTools { get; init; } = [];
}
