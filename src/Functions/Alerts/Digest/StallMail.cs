namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>A mail about a stalled lead: the same facts for both teams, and the team's own next action. All texts are
/// clean lines. Personal data: never log it.</summary>
public sealed record StallMail
{
    /// <summary>Gets the name, else the company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null when unknown.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the stage's display name.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets since when the lead is on the stage.</summary>
    public required string Since { get; init; }

    /// <summary>Gets what did not happen in time, between "has" and the age: "stood on Evaluation for".</summary>
    public required string Problem { get; init; }

    /// <summary>Gets the age in working time.</summary>
    public required string Age { get; init; }

    /// <summary>Gets the limit in working time.</summary>
    public required string Limit { get; init; }

    /// <summary>Gets the team responsible now.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets when anybody last worked on the lead.</summary>
    public required string LastTouch { get; init; }

    /// <summary>Gets the amount of the open deals.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the team's next action.</summary>
    public required string Action { get; init; }

    /// <summary>Gets a value indicating whether the person must not be mailed.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Gets the last silence in words: who, until when and why; null for none.</summary>
    public string? Silence { get; init; }

    public required Uri Link { get; init; }

    /// <summary>Gets the link for "we are on it".</summary>
    public required Uri AcknowledgeLink { get; init; }

    /// <summary>Gets the link for "not now".</summary>
    public required Uri SnoozeLink { get; init; }

    /// <summary>Gets the subject: how bad, who, what now.</summary>
    public string Subject => $"[{Stage} {Age}, limit {Limit}] {Company ?? Who}: {Action}";

    /// <summary>Gets the rows of facts for both parts of the mail.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts =>
    [
        new("Lead", Who),
        .. Company is { } company && company != Who ? [new("Company", company)] : Array.Empty<KeyValuePair<string, string>>(),
        new("Stage", $"{Stage}, since {Since}"),
        new("Age", $"{Age} of working time, limit {Limit}"),
        new("Owner", Owner),
        new("Last touch", LastTouch),
        new("Value at stake", Value),
        .. Silence is { } silence ? [new("Before", silence)] : Array.Empty<KeyValuePair<string, string>>(),
        .. OptedOut ? [new("Consent", "opted out, do not contact")] : Array.Empty<KeyValuePair<string, string>>(),
    ];
}
