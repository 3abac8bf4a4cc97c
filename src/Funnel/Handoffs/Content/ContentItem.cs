using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What a piece of content is good for.</summary>
public enum ContentStyle
{
    /// <summary>Helps to decide now: a calculator, a comparison, a price list.</summary>
    Tactical,

    /// <summary>Helps to see why at all: a vision, a story, a study.</summary>
    Visionary,
}

/// <summary>Something that can be shown to a lead. Section <c>Content:{name}</c>.</summary>
public sealed record ContentItem
{
    /// <summary>Gets the title, as people see it.</summary>
    public required string Title { get; init; }

    /// <summary>Gets where it is: http or https.</summary>
    public required Uri Url { get; init; }

    /// <summary>Gets what it is good for.</summary>
    public required ContentStyle Style { get; init; }

    /// <summary>Gets the stages it suits; empty for all.</summary>
    public ImmutableArray<FunnelStage> Stages { get; init; } = [];

    /// <summary>Gets the segment it is for, written like that of a <see cref="HandoffRoute"/>; null for everybody.</summary>
    public string? Segment { get; init; }
}
