using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The purpose of content.</summary>
public enum ContentStyle
{
    /// <summary>Helps to decide: a calculator, a comparison, a price list.</summary>
    Tactical,

    /// <summary>Shows why to buy at all: a vision, a story, a study.</summary>
    Visionary,
}

/// <summary>Content to show a lead. Section <c>Content:{name}</c>.</summary>
public sealed record ContentItem
{
    public required string Title { get; init; }

    /// <summary>Gets the address, http or https.</summary>
    public required Uri Url { get; init; }

    public required ContentStyle Style { get; init; }

    /// <summary>Gets the stages that it suits; empty for all.</summary>
    public ImmutableArray<FunnelStage> Stages { get; init; } = [];

    /// <summary>Gets the segment it is for, as a pattern like
    /// <see cref="HandoffRoute.Segment"/>; null for everybody.</summary>
    public string? Segment { get; init; }
}
