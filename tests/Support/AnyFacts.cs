using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using IntegrationHub.Funnel;

namespace IntegrationHub.Tests.Support;

/// <summary>
/// Random sets of facts of every kind: three tools, few minutes and few dedupe keys, so that ties, repetitions, contradictions and colliding keys are common.
/// </summary>
public static class AnyFacts
{
    private static readonly (string Connector, ToolSide Side)[] Tools = [(Given.HubSpot, ToolSide.Marketing), (Given.HubSpot, ToolSide.Crm), (Given.Salesforce, ToolSide.Crm), ("pipedrive", ToolSide.Crm)];

    /// <summary>Sets, each with a seed for whoever shuffles them.</summary>
    public static Arbitrary<(Fact[] Facts, int Seed)> Sets => Arb.From(
        from facts in Gen.NonEmptyListOf(AnyFact)
        from seed in Gen.Choose(0, int.MaxValue)
        select (facts.ToArray(), seed),
        Smaller);

    private static Gen<Fact> AnyFact =>
        from kind in Gen.Choose(0, 21)
        from tool in Gen.Elements(Tools)
        from minute in Gen.Choose(0, 40)
        from offset in Gen.Choose(-3, 3)
        from stage in Gen.Choose(-1, 5)
        from choice in Gen.Choose(0, 4)
        from detail in Gen.Elements(null, "", "a", "ü", "Budget?")
        from key in Gen.Choose(0, 120)
        select Make(kind, stage < 0 ? null : (FunnelStage)stage, choice, detail) with
        {
            Connector = tool.Connector,
            Side = tool.Side,
            OccurredAt = Given.Start.AddMinutes(minute).ToOffset(TimeSpan.FromHours(offset)),
            DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{tool.Connector}|{key}"),
        };

    /// <summary>The same facts again in any order, some of them several times, as another delivery brings them.</summary>
    public static Fact[] Redelivered(Fact[] facts, int seed)
    {
        var random = new Random(seed);
        Fact[] again =
        [
            .. facts,
            .. facts.Where(_ => random.Next(2) == 0).Select(fact => fact with { ReceivedAt = fact.ReceivedAt.AddMinutes(random.Next(1000)), MessageId = $"message-{random.Next()}" }),
        ];
        random.Shuffle(again);
        return again;
    }

    /// <summary>The facts cut into deliveries of up to five.</summary>
    public static IEnumerable<Fact[]> Deliveries(Fact[] facts, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < facts.Length;)
        {
            var size = random.Next(1, 6);
            yield return facts[i..Math.Min(i + size, facts.Length)];
            i += size;
        }
    }

    private static IEnumerable<(Fact[] Facts, int Seed)> Smaller((Fact[] Facts, int Seed) set) =>
        set.Facts.Length <= 1 ? [] : Enumerable.Range(0, set.Facts.Length).Select(left => (set.Facts.Where((_, index) => index != left).ToArray(), set.Seed));

    private static Fact Make(int kind, FunnelStage? stage, int choice, string? text) => kind switch
    {
        0 or 1 or 2 => Given.MarketingClaims(stage, 0, text),
        3 => Given.Touch((TouchKind)choice, 0, text, text) with { TouchId = choice < 3 ? $"member{choice}" : null },
        4 or 5 or 6 => Given.Deal($"deal{choice % 3}", choice == 0 ? null : (DealStatus)(choice - 1), 0, stage, text, choice * 100.50m, choice == 1 ? null : "EUR"),
        7 => Given.Returned(text ?? "no budget", 0),
        8 => Given.Accepted(0, text),
        9 => Given.Logged(0),
        10 => Given.Booked($"call{choice % 2}", 0, choice == 0 ? null : choice * 10),
        11 => Given.Profile(new() { FirstName = text, Company = choice % 2 == 0 ? text : null, Phone = choice % 3 == 0 ? text : $"{choice}", Score = choice == 0 ? null : choice }, 0) with
        {
            Echoes = choice == 4 ? [PersonProperty.Phone] : default,
        },
        12 => Given.Consent((ConsentState)(choice % 3), 0) with { Echoes = choice == 4 ? [PersonProperty.Consent] : default },
        13 => Given.Linked(0, IdentityKey.Person(Given.HubSpot, $"{choice}"), IdentityKey.Deal(Given.Salesforce, "006")),
        14 => Given.Deleted(IdentityKey.Person(Given.HubSpot, $"{choice}"), 0),
        15 => choice == 0 ? Given.Erased(0) : Given.Merged(Given.Keys.LeadOf(IdentityKey.Person(Given.HubSpot, $"{choice}")), 0),
        16 => Given.HeldReturn(0),
        18 => Given.Unlinked(0, IdentityKey.Person(Given.HubSpot, $"{choice}")),
        17 => Given.Restored(IdentityKey.Person(Given.HubSpot, $"{choice}"), 0),
        20 => Given.WithdrawnTouch($"member{choice}", 0),
        21 => Given.Asked(text ?? "Price?", 0),
        19 => Given.Unknown($"kind{choice}", 0),
        _ => throw new InvalidOperationException($"No fact of kind {kind}."),
    };
}
