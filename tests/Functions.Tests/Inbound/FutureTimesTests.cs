using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class FutureTimesTests(Azurite azurite)
{
    private static readonly DateTimeOffset In2090 = Given.At("2090-01-01T00:00:00Z");

    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Theory]
    [InlineData(299)]
    [InlineData(300)]
    [InlineData(301)]
    public void A_time_is_bounded_when_it_lies_more_than_five_minutes_ahead(int seconds)
    {
        var said = Marketing.Stage(FunnelStage.Interest, 0, "contact-1") with { OccurredAt = Monday.AddSeconds(seconds) };

        var bounded = FutureTimes.Bound(said, Monday);

        Assert.Equal((Monday.AddSeconds(Math.Min(seconds, 300)), seconds > 300 ? said.OccurredAt : null), (bounded.OccurredAt, bounded.SaidAt));
    }

    [Fact]
    public async Task A_tool_whose_clock_is_wrong_does_not_win_for_ever_and_its_own_time_is_shown()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday.AddDays(1)), [Marketing]);
        using var counters = hub.Count();
        var ahead = Marketing.Stage(FunnelStage.Interest, 0, "contact-1") with { OccurredAt = In2090 };

        await hub.TellAsync(Marketing, ahead);
        await hub.TellAsync(Marketing, ahead);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Awareness, 727, "contact-1"));

        Assert.Equal(2, counters["hub.events.ahead"]);
        var lead = (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;
        var view = (await hub.Get<LeadQuery>().FindAsync(lead, Token))!;
        Assert.Equal(FunnelStage.Awareness, view.Stage);
        var claim = view.History.Single(fact => fact.Stage == FunnelStage.Interest);
        Assert.Equal((Monday.AddMinutes(726), In2090), (claim.OccurredAt, claim.SaidAt));
        var why = (await hub.Get<LeadQuery>().ExplainAsync(lead, Token))!;
        Assert.Contains(why.Steps, step => step.Source?.SaidAt == In2090);
    }
}
