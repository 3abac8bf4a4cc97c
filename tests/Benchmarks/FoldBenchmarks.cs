using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using IntegrationHub.Funnel;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.Benchmarks;

/// <summary>From facts to a journey, for leads with a short, a usual and a very long history. Deciding adds one fact to what is known already.</summary>
[SimpleJob(launchCount: 1, warmupCount: 3, iterationCount: 5)]
[MemoryDiagnoser]
public class FoldBenchmarks
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly LeadId Lead = Given.Keys.LeadOf(IdentityKey.Person("hubspot", "1201"));

    private static readonly FunnelSettings Settings = new()
    {
        Calendar = BusinessCalendar.Always,
        SystemOfRecord = "salesforce",
        Stages = Enum.GetValues<FunnelStage>().ToImmutableDictionary(stage => stage, stage => new StageSettings
        {
            Name = stage.ToString(),
            Owner = stage is FunnelStage.Evaluation or FunnelStage.Commitment or FunnelStage.Repeat ? Team.Sales : Team.Marketing,
            StallAfter = TimeSpan.FromDays(5),
            AcceptWithin = TimeSpan.FromHours(4),
        }),
    };

    private Fact[] _facts = null!;
    private JourneyState _state = null!;
    private Fact[] _next = null!;

    [Params(20, 200, 2000)]
    public int Facts { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _facts = [.. Enumerable.Range(0, Facts).Select(Fact)];
        _next = [Fact(Facts)];
        _state = JourneyRules.Decide(JourneyState.New(Lead), _facts, Settings, Start.AddHours(Facts)).State;
    }

    [Benchmark(Baseline = true)]
    public Journey Fold() => JourneyFold.Fold(Lead, _facts, Settings);

    [Benchmark]
    public JourneyDecision Decide() => JourneyRules.Decide(_state, _next, Settings, Start.AddHours(Facts + 1));

    /// <summary>Half of what is heard are campaigns; the rest is stages, deals, profiles and work done.</summary>
    private static Fact Fact(int number)
    {
        var at = Start.AddHours(number);
        var (key, crm) = ($"fact|{number}", number % 4 == 3);
        var (connector, side) = crm ? ("salesforce", ToolSide.Crm) : ("hubspot", ToolSide.Marketing);
        return (number % 8) switch
        {
            1 => new StageClaimed { DedupeKey = key, Connector = connector, Side = side, OccurredAt = at, ReceivedAt = at, Stage = (FunnelStage)(number / 8 % 2) },
            3 => new DealChanged { DedupeKey = key, Connector = connector, Side = side, OccurredAt = at, ReceivedAt = at, DealId = $"{number / 64}", Status = (DealStatus)(number / 8 % 3), Amount = number, Currency = "EUR" },
            5 => new ProfileChanged { DedupeKey = key, Connector = connector, Side = side, OccurredAt = at, ReceivedAt = at, Profile = new() { JobTitle = $"Title {number}", Score = number } },
            7 => new ActivityLogged { DedupeKey = key, Connector = connector, Side = side, OccurredAt = at, ReceivedAt = at, Summary = "Called" },
            _ => new CampaignTouched { DedupeKey = key, Connector = connector, Side = side, OccurredAt = at, ReceivedAt = at, Touch = (TouchKind)(number % 5), Campaign = $"Campaign {number}" },
        };
    }
}
