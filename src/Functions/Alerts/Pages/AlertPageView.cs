using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>The content of a page. It shows the company only, because a forwarded link may reach anybody.</summary>
public sealed record AlertPageView
{
    /// <summary>Gets the heading.</summary>
    public required string Title { get; init; }

    /// <summary>Gets further sentences.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Gets what the link offers; null for nothing.</summary>
    public LinkPurpose? Offers { get; init; }

    /// <summary>Gets the ends of a snooze to choose from.</summary>
    public IReadOnlyList<SnoozeLine> Choices { get; init; } = [];

    /// <summary>Gets the record in the tool, beside the details; null when no tool has one.</summary>
    public Uri? Record { get; init; }

    /// <summary>Gets the token of the link for "we are on it", beside the details; null otherwise.</summary>
    public string? Acknowledge { get; init; }

    /// <summary>Gets the token of the link for "not now", beside the details; null otherwise.</summary>
    public string? Snooze { get; init; }
}

/// <summary>A choice, with its end in the reader's time zone.</summary>
public sealed record SnoozeLine(SnoozeChoice Choice, string Text);
