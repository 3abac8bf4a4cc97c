using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>Bounds the facts of a lead: the oldest of too many are summed up. Pure.</summary>
public static class SummingRules
{
    /// <summary>The dedupe keys of summed facts that stay known.</summary>
    internal const int MostKnown = 5_000;

    private const int MostAddresses = 200;
    private const int MostWithdrawn = 200;
    private const int MostReturns = 10;
    private const int MostTouches = 20;
    private const int MostQuestions = 20;

    /// <summary>Returns a state with at most <see cref="FunnelSettings.FactsPerLead"/> facts. Of more, the oldest are
    /// summed up, so that half as many stay. Merges and facts of a newer hub are not summed.</summary>
    public static JourneyState Within(JourneyState state, FunnelSettings settings)
    {
        var most = settings.FactsPerLead;
        if (state.Facts.Count <= most)
        {
            return state;
        }

        var summable = FactOrder.Sort(state.Facts.Values.Where(IsSummable), settings.SystemOfRecord);
        var oldest = summable.Length - (most / 2);
        return oldest < 2 || summable.Length <= most ? state : state with { Facts = Sum(state.LeadId, state.Facts, oldest, settings) };
    }

    /// <summary>Sums up the oldest facts of a lead.</summary>
    /// <param name="oldest">How many, of those that can be summed. At least 1.</param>
    internal static ImmutableDictionary<string, Fact> Sum(
        LeadId leadId, ImmutableDictionary<string, Fact> facts, int oldest, FunnelSettings settings)
    {
        var summed = FactOrder.Sort(facts.Values.Where(IsSummable), settings.SystemOfRecord)[..oldest];
        var last = summed[^1];
        var ordered = FactOrder.Sort(facts.Values, settings.SystemOfRecord);
        var sum = SumOf(leadId, ordered[..(Array.IndexOf(ordered, last) + 1)], summed, settings);
        return facts.RemoveRange(summed.Select(fact => fact.DedupeKey)).SetItem(sum.DedupeKey, sum);
    }

    /// <summary>Whether a fact is known to be summed up. Of those only the latest are known.</summary>
    internal static bool IsKnown(IEnumerable<FactsSummed> sums, string dedupeKey) =>
        sums.Any(sum => MemoryMarshal.Cast<byte, ulong>(sum.Known.Span).Contains(Short(dedupeKey)));

    /// <summary>Returns sorted facts in the order of the fold. A sum comes before the facts that came late and are later
    /// than its last word about the stage: these count as always, but at one instant the sum wins. What is older comes
    /// before the sum.</summary>
    internal static IReadOnlyList<PlacedFact> Placed(Fact[] ordered)
    {
        var placed = new List<PlacedFact>(ordered.Length);
        foreach (var fact in ordered)
        {
            var at = fact is FactsSummed sum
                ? placed.FindIndex(other => other.Fact is not FactsSummed && other.Fact.OccurredAt > sum.Stages.SaidAt) : -1;
            if (at < 0)
            {
                placed.Add(new(fact, false));
                continue;
            }

            var late = placed[at..].ConvertAll(other => other with { IsLate = other.Fact is not FactsSummed });
            placed.RemoveRange(at, placed.Count - at);
            placed.AddRange([new(fact, false), .. late]);
        }

        return placed;
    }

    /// <summary>Returns the facts that can be looked up one by one: all but the sums, and what these keep.</summary>
    public static IEnumerable<Fact> Individually(IEnumerable<Fact> facts) =>
        facts.SelectMany(fact => fact is FactsSummed sum ? sum.Kept : Enumerable.Repeat(fact, 1));

    /// <summary>Whether a fact stands before a sum, which stays as it is.</summary>
    public static bool IsBefore(Fact fact, IEnumerable<FactsSummed> sums) =>
        fact is not FactsSummed && sums.Any(sum => fact.OccurredAt <= sum.OccurredAt);

    /// <summary>A merge names another lead, which an erasure must reach, and a newer hub's fact cannot be folded.</summary>
    private static bool IsSummable(Fact fact) => fact is not (LeadsMerged or UnknownFact);

    /// <param name="folded">The facts up to the last summed one, with those that stay.</param>
    private static FactsSummed SumOf(LeadId leadId, Fact[] folded, Fact[] summed, FunnelSettings settings)
    {
        var last = summed[^1];
        var at = last.OccurredAt.ToUniversalTime();
        var parts = LeadFold.Of(folded, settings).Sum(at);
        var sums = summed.OfType<FactsSummed>().ToList();
        return new()
        {
            DedupeKey = $"hub|summed|{leadId}",
            Connector = "hub",
            Side = ToolSide.Crm,
            OccurredAt = at,
            ReceivedAt = summed.Min(fact => fact.ReceivedAt),
            Count = summed.Length - sums.Count + sums.Sum(sum => sum.Count),
            FirstAt = summed.Min(fact => fact is FactsSummed sum ? sum.FirstAt : fact.OccurredAt.ToUniversalTime()),
            Last = FactOrder.PlaceOf(last),
            Stages = parts.Stages,
            Deals = parts.Deals,
            Person = parts.Person,
            Activities = parts.Activities,
            Records = parts.Records,
            Keys = [.. FactKeys.Of(summed)],
            Addresses = AddressesOf(summed),
            OptOuts = OptOutsOf(summed),
            Withdrawn = [.. summed.SelectMany(CampaignRules.WithdrawnBy).Distinct().TakeLast(MostWithdrawn)],
            Kept = KeptOf(summed, parts.Stages.Entries[^1].FactKey),
            Known = KnownOf(summed, sums),
        };
    }

    private static ImmutableArray<SummedAddress> AddressesOf(Fact[] summed) =>
    [
        .. summed.SelectMany(AddressRules.AddressesOf)
            .GroupBy(said => (said.Record, said.Address), (_, same) => same.MaxBy(said => said.At)!)
            .OrderBy(said => said.At)
            .TakeLast(MostAddresses),
    ];

    private static ImmutableArray<SummedOptOut> OptOutsOf(Fact[] summed) =>
        [.. summed.SelectMany(ConsentRules.OwnOptOuts).GroupBy(said => said.Connector, (_, same) => same.MinBy(said => said.At)!)];

    /// <summary>Returns the facts that are looked up later: behind the present stay, the latest returns and questions, and
    /// the latest touches of each kind.</summary>
    private static ImmutableArray<Fact> KeptOf(Fact[] summed, string present)
    {
        var all = Individually(summed).ToList();
        var touches = CampaignRules.TouchesOf(summed).Reverse().DistinctBy(touch => (touch.Touch, touch.Campaign, touch.Detail));
        return
        [
            .. all.Where(fact => fact is StageClaimed && fact.DedupeKey == present)
                .Concat(all.OfType<HandoffReturned>().TakeLast(MostReturns))
                .Concat(all.OfType<QuestionAsked>().TakeLast(MostQuestions))
                .Concat(touches.Take(MostTouches).Reverse()),
        ];
    }

    private static byte[] KnownOf(Fact[] summed, List<FactsSummed> sums)
    {
        var known = sums.SelectMany(sum => MemoryMarshal.Cast<byte, ulong>(sum.Known.Span).ToArray())
            .Concat(summed.Where(fact => fact is not FactsSummed).Select(fact => Short(fact.DedupeKey)));
        return MemoryMarshal.AsBytes(known.TakeLast(MostKnown).ToArray().AsSpan()).ToArray();
    }

    private static ulong Short(string dedupeKey) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(dedupeKey)));
}

/// <summary>A fact in the order of the fold.</summary>
/// <param name="IsLate">Whether it comes after a sum that it stands before by its time.</param>
internal readonly record struct PlacedFact(Fact Fact, bool IsLate);
