namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>What a mail about a stalled lead says: the facts, the same for both teams, and the team's own next action. Every text is one clean line. Personal data: never to be logged.</summary>
public sealed record StallMail
{
    /// <summary>Gets who it is: the name, else the company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null where it is not known.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the stage's name as people see it.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets since when the lead has stood there.</summary>
    public required string Since { get; init; }

    /// <summary>Gets what has not happened in time, to go between "has" and the age: "stood on Evaluation for".</summary>
    public required string Problem { get; init; }

    /// <summary>Gets the age in working time.</summary>
    public required string Age { get; init; }

    /// <summary>Gets the limit in working time.</summary>
    public required string Limit { get; init; }

    /// <summary>Gets the one team that answers for the lead now.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets when anybody last did anything with the lead.</summary>
    public required string LastTouch { get; init; }

    /// <summary>Gets what the open deals are worth.</summary>
    public required string Value { get; init; }

    /// <summary>Gets what this team is to do.</summary>
    public required string Action { get; init; }

    /// <summary>Gets a value indicating whether the person must not be written to.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Gets who asked for silence about the lead last, until when and why, in words; null where nobody did.</summary>
    public string? Silence { get; init; }

    /// <summary>Gets the link to the record.</summary>
    public required Uri Link { get; init; }

    /// <summary>Gets the link to say "we are on it".</summary>
    public required Uri AcknowledgeLink { get; init; }

    /// <summary>Gets the link to say "not now".</summary>
    public required Uri SnoozeLink { get; init; }

    /// <summary>Gets the subject: how bad, who, what now.</summary>
    public string Subject => $"[{Stage} {Age}, limit {Limit}] {Company ?? Who}: {Action}";

    /// <summary>Gets the rows of facts, in order, for both parts of the mail.</summary>
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
