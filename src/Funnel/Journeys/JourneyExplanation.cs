using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>A journey with its facts. Folding these facts under the same settings gives the same hash.</summary>
/// <param name="Judgements">Every fact once, in the order of the fold, with its effect.</param>
/// <param name="ConfigurationHash">The settings' fingerprint, from <see cref="SettingsHash.Of"/>.</param>
public sealed record JourneyExplanation(Journey Journey, ImmutableArray<FactJudgement> Judgements, string ConfigurationHash)
{
    /// <summary>Folds the facts of a lead and records each judgement.</summary>
    /// <exception cref="ArgumentException"><paramref name="facts"/> is empty.</exception>
    public static JourneyExplanation Of(LeadId leadId, IEnumerable<Fact> facts, FunnelSettings settings)
    {
        var ordered = FactOrder.Sort(facts, settings.SystemOfRecord);
        var trace = new List<FactJudgement>(ordered.Length);
        var journey = JourneyFold.FoldOrdered(leadId, ordered, settings, trace);
        var stays = journey.Entries.Select(entry => entry.FactKey).ToHashSet(StringComparer.Ordinal);
        var sums = ordered.OfType<FactsSummed>().ToList();
        var judgements = trace.Select(judged =>
            judged.Effect != FactEffect.Moved || stays.Contains(judged.Fact.DedupeKey) ? judged
            : judged with { Effect = SummingRules.IsBefore(judged.Fact, sums) ? FactEffect.Late : FactEffect.Momentary });
        return new(journey, [.. judgements], SettingsHash.Of(settings));
    }
}
