namespace IntegrationHub.Funnel;

/// <summary>Whether a campaign begins early enough before its push.</summary>
public enum LeadTimeVerdict
{
    /// <summary>The campaign has no start.</summary>
    Unknown,

    /// <summary>Later than agreed.</summary>
    TooShort,

    Ok,

    /// <summary>Earlier than agreed.</summary>
    TooLong,
}

/// <summary>The lead time of a campaign.</summary>
/// <param name="Months">Whole months from its start to the push; null without a start, negative after the push.</param>
public sealed record LeadTime(int? Months, LeadTimeVerdict Verdict);

/// <summary>How old the campaign behind a commitment was at the win.</summary>
public enum CampaignAge
{
    /// <summary>Under 6 whole months.</summary>
    Under6,

    /// <summary>6 to under 12.</summary>
    From6To12,

    /// <summary>12 and more.</summary>
    Over12,

    /// <summary>The campaign has no start.</summary>
    Unknown,
}

/// <summary>Compares the tempo of campaigns with that of sales. Pure.</summary>
public static class TempoRules
{
    private const int Half = 6, Year = 12;

    /// <summary>Returns the lead time of a campaign before a push.</summary>
    /// <param name="least">The fewest months that are agreed, inclusive.</param>
    /// <param name="most">The most months that are agreed, inclusive.</param>
    public static LeadTime LeadTimeOf(DateOnly? start, DateOnly push, int least, int most) =>
        start is not { } day ? new(null, LeadTimeVerdict.Unknown)
        : MonthsBetween(day, push) is var months && months < least ? new(months, LeadTimeVerdict.TooShort)
        : new(months, months > most ? LeadTimeVerdict.TooLong : LeadTimeVerdict.Ok);

    /// <summary>Returns how old a campaign was on a day.</summary>
    public static CampaignAge AgeOf(DateOnly? start, DateOnly won) =>
        start is not { } day ? CampaignAge.Unknown
        : MonthsBetween(day, won) switch { < Half => CampaignAge.Under6, < Year => CampaignAge.From6To12, _ => CampaignAge.Over12 };

    /// <summary>Returns the whole months from a day to another: the most that can be added to the first without passing
    /// the second.</summary>
    public static int MonthsBetween(DateOnly from, DateOnly to)
    {
        var months = ((to.Year - from.Year) * Year) + to.Month - from.Month;
        return from.AddMonths(months) > to ? months - 1 : months;
    }
}
