using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>A mail about a stalled lead: the same facts for both teams, and the team's own next step. Unknown values are left
/// out. All texts are clean lines. Personal data: never log it.</summary>
public sealed record StallMail
{
    /// <summary>The longest subject. Some programs cut or fold what is longer.</summary>
    private const int LongestSubject = 120;

    /// <summary>Gets the name, else the company, else "A lead without a name".</summary>
    public required string Who { get; init; }

    /// <summary>Gets the organisation; null when unknown.</summary>
    public string? Company { get; init; }

    /// <summary>Gets what lasts too long, in a word or two: the stage's display name, or "Not taken up".</summary>
    public required string What { get; init; }

    /// <summary>Gets what lasts too long, between the name and the age: "has been on Evaluation for".</summary>
    public required string Problem { get; init; }

    /// <summary>Gets the age and the limit in working time: "2 d 2 h of 2 d".</summary>
    public required string AgeOfLimit { get; init; }

    /// <summary>Gets the age for a sentence: "2 days 2 hours".</summary>
    public required string Age { get; init; }

    /// <summary>Gets the limit for a sentence: "2 days".</summary>
    public required string Limit { get; init; }

    /// <summary>Gets the team's next step.</summary>
    public required NextStep Next { get; init; }

    /// <summary>Gets a value indicating whether the person must not be mailed.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Gets what is known, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; }

    /// <summary>Gets the record in the tool; null when no tool has one.</summary>
    public Uri? Record { get; init; }

    /// <summary>Gets the page with the details and both answers.</summary>
    public required Uri Details { get; init; }

    /// <summary>Gets the link for "we are on it".</summary>
    public required Uri AcknowledgeLink { get; init; }

    /// <summary>Gets the link for "not now".</summary>
    public required Uri SnoozeLink { get; init; }

    /// <summary>Gets the subject: how bad, who, what now.</summary>
    public string Subject => OneLine.Of($"[{What} {AgeOfLimit}] {Company ?? Who}: {Next.Do}", LongestSubject)!;

    /// <summary>Gets the company beside the name; null when it is unknown, or stands for the name.</summary>
    public string? Beside => Company == Who ? null : Company;

    /// <summary>Gets the line below the name in a list: how long of how long, and what now.</summary>
    public string LineBelow => $"{What} {AgeOfLimit}: {Next.Do}";

    /// <summary>Gets the warning before everything else; null when there is none.</summary>
    public string? Warning => OptedOut ? "Opted out: do not contact them." : null;

    /// <summary>Gets the main link: the record, else the page with the details.</summary>
    public Uri Link => Record ?? Details;

    /// <summary>Gets the words of the main link.</summary>
    public string LinkText => Record is null ? "See the details" : "Open the record";
}
