using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>How the hub writes back to the tools. Made from the settings <c>WriteBack:*</c> and the connectors' <c>WriteProfile</c>.</summary>
public sealed record WriteBackPolicy
{
    /// <summary>What holds unless the settings say otherwise.</summary>
    public static readonly WriteBackPolicy Default = new();

    /// <summary>Gets how often the value of a property that the hub wrote may be replaced within <see cref="OverwriteWindow"/>: with that time its writing stops. At least 1. Default: 2.</summary>
    public int MaxOverwrites { get; init; } = 2;

    /// <summary>Gets how long replacements count, and how long a breaker stays open. Default: 1 day.</summary>
    public TimeSpan OverwriteWindow { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets how long the echo of a write is awaited: at exactly this age it is still taken for one. Default: 1 day.</summary>
    public TimeSpan EchoWithin { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets the properties of the profile that at least one tool is kept in step with: only a change of these is announced.</summary>
    public ImmutableHashSet<PersonProperty> InStep { get; init; } = [];

    /// <summary>Gets the names of the tools that show a lead's stage and are told of it: all but the CRMs.</summary>
    public ImmutableHashSet<string> StageTools { get; init; } = [];
}
