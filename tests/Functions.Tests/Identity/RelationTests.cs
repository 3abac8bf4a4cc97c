using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Who is on a deal by a relation that passes from one person to another.</summary>
public sealed class RelationTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Crm => field ??= new("salesforce", _world);

    [Fact]
    public async Task A_relation_that_passes_to_another_person_takes_its_deal_from_the_first()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Crm]);
        await hub.TellAsync(Crm, Crm.On("deal", "role", 0, "contact-1"));

        var passed = Crm.Deliver(Crm.On("deal", "role", 5, "contact-2"));
        await hub.TellAsync(passed);
        await hub.TellAsync(passed);
        await hub.TellAsync(Crm, Crm.Event(of => new DealChangedEvent(of) { DealId = $"deal-{_world}", Amount = 7 }, 10, null, side: ToolSide.Crm));

        Assert.Empty(await DealsAsync(hub, "contact-1"));
        Assert.Equal(7, Assert.Single(await DealsAsync(hub, "contact-2")).Amount);
    }

    [Fact]
    public async Task Whoever_is_on_a_deal_by_another_relation_stays_when_the_one_that_they_gave_on_is_read_again()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Crm]);
        await hub.TellAsync(Crm, Crm.On("deal", "role", 0, "contact-1"));
        await hub.TellAsync(Crm, Crm.On("deal", "role", 5, "contact-2"));
        await hub.TellAsync(Crm, Crm.On("deal", "second", 10, "contact-1"));

        await hub.TellAsync(Crm, Crm.On("deal", "role", 15, "contact-2"));

        Assert.Single(await DealsAsync(hub, "contact-1"));
        Assert.Single(await DealsAsync(hub, "contact-2"));
    }

    private async Task<IReadOnlyList<Deal>> DealsAsync(TestHub hub, string record)
    {
        var state = await hub.StateAsync((await hub.Get<IdentityStore>().FindAsync(Crm.Record(record), Token))!);
        return JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy).Deals;
    }
}
