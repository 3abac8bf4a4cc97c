using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>An address that several people read identifies nobody.</summary>
public sealed class SharedAddressTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Fact]
    public async Task Two_people_with_one_role_address_stay_two_and_keep_it_in_their_profiles()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing]);
        var (one, other) = await TwoWithAsync(hub, "info");

        Assert.NotEqual(one, other);
        foreach (var lead in new[] { one, other })
        {
            var state = await hub.StateAsync(lead);
            Assert.Equal(Marketing.Address("info"), JourneyFold.Fold(lead, state.Facts.Values, Policy).Profile.Email);
        }
    }

    [Fact]
    public async Task Erasing_one_of_them_leaves_the_other()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing]);
        var (one, other) = await TwoWithAsync(hub, "info");

        await hub.Get<ErasureFlow>().EraseAsync(one, Token);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 9, "contact-2", "info"));

        Assert.Null(await hub.Journeys.LoadAsync(one, Token));
        Assert.Equal(FunnelStage.Evaluation, JourneyFold.Fold(other, (await hub.StateAsync(other)).Facts.Values, Policy).Stage);
    }

    [Fact]
    public async Task An_event_with_nothing_but_a_role_address_is_parked()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing]);

        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, null, "info"));

        Assert.Equal("no-usable-key", Assert.Single(await hub.Get<ParkedDeliveryStore>().ListAsync(new(null, null, null, null), 10, null, Token)).Reason);
    }

    [Fact]
    public async Task Which_addresses_are_shared_is_a_setting()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing], "--Identity:SharedAddresses=desk@*");

        var (one, other) = await TwoWithAsync(hub, "desk");

        Assert.NotEqual(one, other);
    }

    private async Task<(LeadId One, LeadId Other)> TwoWithAsync(TestHub hub, string who)
    {
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", who));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", who));
        var identities = hub.Get<IdentityStore>();
        return ((await identities.FindAsync(Marketing.Record("contact-1"), Token))!, (await identities.FindAsync(Marketing.Record("contact-2"), Token))!);
    }
}
