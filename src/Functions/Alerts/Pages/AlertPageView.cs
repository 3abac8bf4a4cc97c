using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>What the page behind a link shows. Of the person it tells the company only: who has the link need not be who the mail was for.</summary>
public sealed record AlertPageView
{
    /// <summary>Gets the heading.</summary>
    public required string Title { get; init; }

    /// <summary>Gets further sentences.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Gets what can be done here; null for nothing.</summary>
    public LinkPurpose? Offers { get; init; }

    /// <summary>Gets until when a stall can be put off.</summary>
    public IReadOnlyList<SnoozeLine> Choices { get; init; } = [];
}

/// <summary>A choice of when to be told again.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Text">What it comes to, by the reader's clock.</param>
public sealed record SnoozeLine(SnoozeChoice Choice, string Text);
