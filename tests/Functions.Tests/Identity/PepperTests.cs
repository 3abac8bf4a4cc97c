using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>One hub after another on the same tables: with the older pepper, with both, with the newer alone.</summary>
public sealed class PepperTests(Azurite azurite)
{
    private const string Newer = "k2:b3RoZXIgcGVwcGVyIG9mIHRoZSB0ZXN0cywgbm8gc2VjcmV0";

    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Fact]
    public async Task Who_was_known_under_an_older_pepper_stays_one_lead_and_is_known_under_the_newer_alone_once_touched()
    {
        LeadId lead;
        await using (var before = await HubAsync(Given.Peppers))
        {
            await before.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"), Deal(1) with { People = [Marketing.Record("contact-1")] });
            lead = (await FindAsync(before, Marketing.Record("contact-1")))!;
        }

        await using (var turned = await HubAsync($"{Newer},{Given.Peppers}"))
        {
            await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-1"));
            await turned.TellAsync(Marketing, Marketing.Event(of => new ActivityEvent(of), 11, null, "ada") with { Touch = TouchKind.Click });
            await turned.TellAsync(Marketing, Deal(12));
            await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 13, "contact-2", "ada.lovelace"));
            var facts = (await turned.StateAsync(lead)).Facts.Values;
            Assert.Equal((2, 1, 2), (facts.OfType<StageClaimed>().Count(), facts.OfType<CampaignTouched>().Count(), facts.OfType<DealChanged>().Count()));
        }

        await using var after = await HubAsync(Newer);
        Assert.Equal((lead, lead), (await FindAsync(after, Marketing.Record("contact-1")), await FindAsync(after, Address("ada"))));
        Assert.Equal([lead], await after.Get<IdentityStore>().FindByDealAsync(IdentityKey.Deal(Marketing.Name, $"deal-{_world}"), Token));
        Assert.Equal(after.Get<PersonKeys>().LeadOf(Marketing.Record("contact-2")), await FindAsync(after, Address("ada.lovelace")));
    }

    [Fact]
    public async Task A_new_record_with_an_address_of_before_is_the_person_of_before()
    {
        LeadId lead;
        await using (var before = await HubAsync(Given.Peppers))
        {
            await before.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, null, "ada"));
            lead = (await FindAsync(before, Address("ada")))!;
        }

        await using var turned = await HubAsync($"{Newer},{Given.Peppers}");
        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-1", "ada"));

        Assert.Equal(lead, await FindAsync(turned, Marketing.Record("contact-1")));
    }

    [Fact]
    public async Task Facts_that_wait_under_an_older_pepper_find_their_person()
    {
        await using (var before = await HubAsync(Given.Peppers))
        {
            await before.TellAsync(Marketing, Deal(0));
        }

        await using var turned = await HubAsync($"{Newer},{Given.Peppers}");
        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-1"), Marketing.On("deal", "row", 2, "contact-1"));

        var facts = (await turned.StateAsync((await FindAsync(turned, Marketing.Record("contact-1")))!)).Facts.Values;
        Assert.Contains(facts.OfType<DealChanged>(), change => change.OccurredAt == Monday);
    }

    [Fact]
    public async Task Tombstones_hold_whatever_pepper_they_were_made_under_and_are_lifted_under_all()
    {
        await using (var before = await HubAsync(Given.Peppers))
        {
            await before.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
            await before.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 1, "contact-1"));
        }

        await using var turned = await HubAsync($"{Newer},{Given.Peppers}");
        await using var after = await HubAsync(Newer);
        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 10, "contact-1"));
        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 11, "contact-2", "ada"));
        await AssertErasedAsync(true, Marketing.Record("contact-1"), turned, after);
        await AssertErasedAsync(true, Address("ada"), turned, after);

        await using var again = await HubAsync(Given.Peppers);
        foreach (var key in (IdentityKey[])[Marketing.Record("contact-1"), Address("ada")])
        {
            Assert.True(await turned.Get<ErasureFlow>().RemoveTombstoneAsync(key, Token));
            await AssertErasedAsync(false, key, turned, after, again);
        }

        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 20, "contact-1", "ada"));
        Assert.Equal(turned.Get<PersonKeys>().LeadOf(Marketing.Record("contact-1")), await FindAsync(turned, Address("ada")));
    }

    [Fact]
    public async Task An_erasure_reaches_what_is_stored_under_every_pepper()
    {
        await using var before = await HubAsync(Given.Peppers);
        await before.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"), Marketing.Merge(0, "contact-1", "contact-2"));
        await using var turned = await HubAsync($"{Newer},{Given.Peppers}");
        await turned.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-1", "countess"));

        await turned.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 2, "contact-1"));

        await using var after = await HubAsync(Newer);
        await using var older = await HubAsync(Given.Peppers);
        await AssertErasedAsync(true, Marketing.Record("contact-1"), turned, after, older);
        await AssertErasedAsync(true, Marketing.Record("contact-2"), turned, after, older);
        await AssertErasedAsync(true, Address("ada"), turned, after);
        await AssertErasedAsync(true, Address("countess"), turned, after);
        Assert.Null(await older.Get<IdentityStore>().FindAsync(Address("ada"), Token));
    }

    [Fact]
    public async Task A_question_that_was_answered_under_an_older_pepper_is_not_asked_again()
    {
        var second = Marketing.Deliver(Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "ada"));
        await using (var before = await HubAsync(Given.Peppers))
        {
            await before.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
            await before.TellAsync(second);
            var lead = await FindAsync(before, Marketing.Record("contact-1"));
            var question = Assert.Single((await before.Get<ReviewStore>().OpenAsync(PageRequest.First, Token)).Items, review => review.Leads.Contains(lead!));
            await before.Get<ReviewFlow>().AnswerAsync(question.Id, new(Separate: true), Token);
        }

        await using var turned = await HubAsync($"{Newer},{Given.Peppers}");
        await turned.TellAsync(second);

        Assert.NotNull(await FindAsync(turned, Marketing.Record("contact-2")));
    }

    private static async Task AssertErasedAsync(bool erased, IdentityKey key, params TestHub[] hubs) =>
        Assert.All(await Task.WhenAll(hubs.Select(hub => hub.ForgetfulIdentities().LookUpAsync(key, Token))), owner => Assert.Equal(erased, owner.Erased));

    private static Task<LeadId?> FindAsync(TestHub hub, IdentityKey key) => hub.ForgetfulIdentities().FindAsync(key, Token);

    private IdentityKey Address(string who) => IdentityKey.Email(EmailAddress.TryParse(Marketing.Address(who), out var email) ? email : throw new InvalidOperationException());

    private DealChangedEvent Deal(int minute) => Marketing.Event(of => new DealChangedEvent(of) { DealId = $"deal-{_world}", IsNew = true }, minute, null, side: ToolSide.Crm);

    private Task<TestHub> HubAsync(string peppers) => TestHub.CreateAsync(azurite, _clock, [Marketing], $"--Hub:Peppers={peppers}");
}
