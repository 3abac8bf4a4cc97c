using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests;

/// <summary>Leads as tests need them.</summary>
internal static class Leads
{
    /// <summary>A Monday morning.</summary>
    public static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Every stage is stalled after two days around the clock, a handoff is late after four hours.</summary>
    public static readonly FunnelSettings Policy = new()
    {
        Stages = Enum.GetValues<FunnelStage>().ToImmutableDictionary(stage => stage, stage => new StageSettings
        {
            Name = stage.ToString(),
            Owner = stage is FunnelStage.Evaluation or FunnelStage.Commitment or FunnelStage.Repeat ? Team.Sales : Team.Marketing,
            StallAfter = TimeSpan.FromDays(2),
            AcceptWithin = TimeSpan.FromHours(4),
        }),
        Calendar = BusinessCalendar.Always,
        Alerts = new() { HeadsUpAt = null, EscalateAt = null },
    };

    extension(LeadQuery leads)
    {
        /// <summary>A lead with the longest first page of its history.</summary>
        public async Task<LeadView?> FindAsync(LeadId lead, CancellationToken cancellationToken) =>
            (await leads.FindAsync(lead, new(PageRequest.Most), cancellationToken))?.Lead;

        public async Task<LeadView?> FindAsync(IdentityKey key, CancellationToken cancellationToken) =>
            (await leads.FindAsync(key, new(PageRequest.Most), cancellationToken))?.Lead;

        public async Task<WhyView?> ExplainAsync(LeadId lead, CancellationToken cancellationToken) =>
            (await leads.ExplainAsync(lead, new(PageRequest.Most), cancellationToken))?.Lead;
    }

    /// <summary>The id of a lead of this name in the test class that asks: test classes share the tables.</summary>
    public static LeadId Id(string name, [CallerFilePath] string testClass = "") => Given.Keys.LeadOf(IdentityKey.Person("hubspot", $"{Path.GetFileName(testClass)}|{name}"));

    public static StageClaimed Claim(FunnelStage stage, DateTimeOffset at, string connector = "hubspot", ToolSide side = ToolSide.Marketing) => new()
    {
        DedupeKey = $"{connector}|stage|{stage}|{at.UtcTicks}",
        Connector = connector,
        Side = side,
        OccurredAt = at,
        ReceivedAt = at,
        Raw = stage.ToString(),
        Stage = stage,
    };

    public static IdentitiesLinked Known(string connector, string id, ToolSide side = ToolSide.Marketing) => new()
    {
        DedupeKey = $"{connector}|known|{id}",
        Connector = connector,
        Side = side,
        OccurredAt = Monday.AddDays(-30),
        ReceivedAt = Monday.AddDays(-30),
        Keys = [IdentityKey.Person(connector, id)],
    };

    public static ProfileChanged Profile(LeadProfile profile) => new()
    {
        DedupeKey = "hubspot|profile",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Monday.AddDays(-30),
        ReceivedAt = Monday.AddDays(-30),
        Profile = profile,
    };

    public static DealChanged OpenDeal(string id, decimal? amount, string? currency, DateTimeOffset at) => new()
    {
        DedupeKey = $"salesforce|deal|{id}",
        Connector = "salesforce",
        Side = ToolSide.Crm,
        OccurredAt = at,
        ReceivedAt = at,
        DealId = id,
        Status = DealStatus.Open,
        Amount = amount,
        Currency = currency,
    };

    public static ConsentChanged OptedOut() => new()
    {
        DedupeKey = "hubspot|optedOut",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Monday.AddDays(-1),
        ReceivedAt = Monday.AddDays(-1),
        Email = ConsentState.OptedOut,
    };

    public static HandoffReturned Returned(DateTimeOffset at) => new()
    {
        DedupeKey = $"salesforce|returned|{at.UtcTicks}",
        Connector = "salesforce",
        Side = ToolSide.Crm,
        OccurredAt = at,
        ReceivedAt = at,
        Reason = "no budget",
    };

    public static PersonErased Erased() => new()
    {
        DedupeKey = "hubspot|erased",
        Connector = "hubspot",
        Side = ToolSide.Marketing,
        OccurredAt = Monday.AddDays(1),
        ReceivedAt = Monday.AddDays(1),
    };

    /// <summary>The state that facts lead to when they arrive together.</summary>
    public static JourneyState StateOf(LeadId leadId, DateTimeOffset now, params Fact[] facts) => JourneyRules.Decide(JourneyState.New(leadId), facts, Policy, now).State;

    public static Journey JourneyOf(params Fact[] facts) => JourneyFold.Fold(Id("1201"), facts, Policy);
}
