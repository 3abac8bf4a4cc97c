using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The measures: their keys in a tally, and their words on the page, in the API and in tests.</summary>
public static class MeasureCatalog
{
    internal const string StayKey = "stay", ReachedKey = "reached", ConvertedKey = "converted", DwellKey = "dwell", MovedKey = "moved",
        CountKey = "now", WaitingKey = "waiting", OpenKey = "open", WonKey = "won", AmountKey = "amount", UnknownKey = "unknown",
        LostKey = "lost";

    internal const string First = "first", Again = "repeat";

    /// <summary>Gets what each figure means: its name, and numerator, denominator, window and what is left
    /// out.</summary>
    public static ImmutableArray<MeasureDefinition> Definitions { get; } =
    [
        new(
            "now", "Now",
            "Leads whose present stay is on the stage. People whose records are all deleted, erased people and merged leads are "
            + "left out."),
        new(
            "waiting", "Wait",
            "Of those, the leads that reached the stage's time limit in this stay, whether or not a mail went out."),
        new(
            "entries", "Came",
            "Stays on the stage that began in the window. A lead that comes twice counts twice."),
        new(
            "outcomes", "Outcomes",
            "Each of those stays by what ended it: went on, given back by sales, lost, back, gone, erased, or still here. They add "
            + "up to those who came."),
        new(
            "conversion", "Goes on",
            "Rounds that first reached the stage in the window, at least so many days ago; of them, those that reached the next "
            + "stage within that many days. Younger rounds are left out, and their number stands beside it."),
        new(
            "medianDwell", "Median stay",
            "The middle length of the stays that ended in the window, whatever ended them, within 2.5 %. Fewer than five are too "
            + "few."),
        new(
            "medianAge", "Median age",
            "The middle age, in days, of the stays that have not ended. Fewer than five are too few."),
        new(
            "sticks", "Where it sticks",
            "The stage with the largest share of leads that wait, of the stages where at least three wait."),
        new(
            "won", "Won",
            "Deals, not leads, that are won now, on the tool's close date, else on the day they were won. First: none of the deal's "
            + "people won one before. Without an amount they count, and their number stands beside it. Currencies are never added."),
        new(
            "openValue", "Open",
            "The amounts of open deals, on the stage of the deal's furthest person, by currency."),
    ];

    internal static string Stay(FunnelStage stage, StayOutcome outcome) => $"{StayKey}.{stage}.{outcome}";

    internal static string Reached(FunnelStage stage) => $"{ReachedKey}.{stage}";

    internal static string Converted(FunnelStage from, FunnelStage to) => $"{ConvertedKey}.{from}.{to}";

    internal static string Dwell(FunnelStage stage, int bucket) => FormattableString.Invariant($"{DwellKey}.{stage}.{bucket}");

    internal static string Moved(FunnelStage from, FunnelStage to) => $"{MovedKey}.{from}.{to}";

    internal static string Count(FunnelStage stage) => $"{CountKey}.{stage}";

    internal static string Waiting(FunnelStage stage) => $"{WaitingKey}.{stage}";

    internal static string Open(FunnelStage stage, string currency) => $"{OpenKey}.{stage}.{currency}";

    internal static string Won(string currency, bool isRepeat) => $"{WonKey}.{(isRepeat ? Again : First)}.{currency}";

    internal static string Amount(string currency) => $"{AmountKey}.{currency}";

    internal static string Unknown(string currency) => $"{UnknownKey}.{currency}";
}

/// <summary>What a measure means.</summary>
/// <param name="Name">The name in JSON and in links.</param>
/// <param name="Title">The word on the page.</param>
/// <param name="Words">The definition, one paragraph.</param>
public sealed record MeasureDefinition(string Name, string Title, string Words);
