using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>A journey with what made it. Its facts, folded alone under the same settings, are the same journey with the same hash.</summary>
/// <param name="Journey">The journey.</param>
/// <param name="Judgements">Every fact once, in the order of the fold, with what it did.</param>
/// <param name="ConfigurationHash">The fingerprint of the settings it was folded under: <see cref="SettingsHash.Of"/>.</param>
public sealed record JourneyExplanation(Journey Journey, ImmutableArray<FactJudgement> Judgements, string ConfigurationHash)
{
    /// <summary>Folds the facts of one lead and keeps how each was judged.</summary>
    /// <exception cref="ArgumentException"><paramref name="facts"/> is empty.</exception>
    public static JourneyExplanation Of(LeadId leadId, IEnumerable<Fact> facts, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var ordered = FactOrder.Sort(facts, settings.SystemOfRecord);
        var trace = new List<FactJudgement>(ordered.Length);
        var journey = JourneyFold.FoldOrdered(leadId, ordered, settings, trace);
        var stays = journey.Entries.Select(entry => entry.FactKey).ToHashSet(StringComparer.Ordinal);
        var judgements = trace.Select(judged => judged.Effect == FactEffect.Moved && !stays.Contains(judged.Fact.DedupeKey) ? judged with { Effect = FactEffect.Momentary } : judged);
        return new(journey, [.. judgements], SettingsHash.Of(settings));
    }
}
