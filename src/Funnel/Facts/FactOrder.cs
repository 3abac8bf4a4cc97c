using System.Text.Json;

namespace IntegrationHub.Funnel;

/// <summary>Sorts a set of facts into one sequence that depends on the facts alone.</summary>
internal static class FactOrder
{
    /// <summary>Returns the distinct facts by time. At one instant the system of record comes last, so that it wins.
    /// Then they are ordered by connector, by usual cause (address, touch, stage, deal; lower stage first, open deal
    /// first) and by dedupe key.</summary>
    public static Fact[] Sort(IEnumerable<Fact> facts, string? systemOfRecord)
    {
        var distinct = new Dictionary<string, Fact>(StringComparer.Ordinal);
        foreach (var fact in facts)
        {
            distinct[fact.DedupeKey] = distinct.TryGetValue(fact.DedupeKey, out var known) ? Choose(known, fact) : fact;
        }

        var ordered = new Fact[distinct.Count];
        distinct.Values.CopyTo(ordered, 0);
        Array.Sort(ordered, (left, right) => Compare(left, right, systemOfRecord));
        return ordered;
    }

    /// <summary>Chooses between two facts with one dedupe key: that of a newer build, else the earlier, else the one whose content sorts
    /// first, else the known echo. When only the delivery differs, the known one wins. The choice does not
    /// depend on the order of arrival.</summary>
    public static Fact Choose(Fact known, Fact other)
    {
        if (ReferenceEquals(known, other))
        {
            return known;
        }

        var order = (known is not UnknownFact).CompareTo(other is not UnknownFact);
        order = order != 0 ? order : known.OccurredAt.CompareTo(other.OccurredAt);
        order = order != 0 ? order : string.CompareOrdinal(Content(known), Content(other));
        return (order != 0 ? order : EchoCount(other).CompareTo(EchoCount(known))) <= 0 ? known : other;
    }

    /// <summary>Returns the place of a fact at its time. A sum stands where its last fact stood.</summary>
    public static FactPlace PlaceOf(Fact fact) =>
        fact is FactsSummed summed ? summed.Last : new(fact.Connector, Rank(fact).Kind, Rank(fact).Detail, fact.DedupeKey);

    private static int Compare(Fact left, Fact right, string? systemOfRecord)
    {
        var order = left.OccurredAt.UtcTicks.CompareTo(right.OccurredAt.UtcTicks);
        if (order != 0)
        {
            return order;
        }

        var (one, other) = (PlaceOf(left), PlaceOf(right));
        order = (one.Connector == systemOfRecord).CompareTo(other.Connector == systemOfRecord);
        order = order != 0 ? order : string.CompareOrdinal(one.Connector, other.Connector);
        order = order != 0 ? order : (one.Kind, one.Detail).CompareTo((other.Kind, other.Detail));
        return order != 0 ? order : string.CompareOrdinal(one.Key, other.Key);
    }

    private static (int Kind, int Detail) Rank(Fact fact) => fact switch
    {
        IdentitiesUnlinked => (0, 0),
        IdentitiesLinked => (0, 1),
        LeadsMerged => (1, 0),
        ProfileChanged => (2, 0),
        ConsentChanged consent => (3, (int)consent.Email),
        CampaignTouched touch => (4, (int)touch.Touch),
        StageClaimed claim => (5, (int?)claim.Stage ?? -1),
        DealChanged deal => (6, (int?)deal.Status ?? -1),
        ActivityLogged => (7, 0),
        ActivityBooked => (8, 0),
        HandoffAccepted => (9, 0),
        HandoffReturned => (10, 0),
        RecordDeleted => (11, 0),
        RecordRestored => (12, 0),
        ReturnHeld => (13, 0),
        PersonErased => (14, 0),
        UnknownFact => (15, 0),
        TouchWithdrawn => (16, 0),
        QuestionAsked => (17, 0),
        _ => throw new InvalidOperationException($"Unknown kind of fact {fact.GetType().Name}."),
    };

    /// <summary>Returns a fact's content without its delivery.</summary>
    private static string Content(Fact fact) =>
        fact is UnknownFact unknown ? unknown.Json : JsonSerializer.Serialize(
            fact with { OccurredAt = fact.OccurredAt.ToUniversalTime(), ReceivedAt = default, MessageId = null, Echoes = default });

    private static int EchoCount(Fact fact) => fact.Echoes.IsDefault ? 0 : fact.Echoes.Length;
}
