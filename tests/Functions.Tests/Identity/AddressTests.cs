using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Whose an address is, when it passes from one person to another.</summary>
public sealed class AddressTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    private FakeTool Crm => field ??= new("salesforce", _world);

    [Fact]
    public async Task A_past_alias_yields_to_a_current_holder_whom_a_new_record_then_joins_and_erasing_the_former_holder_does_not_touch_them()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 5, "contact-1", "former"));

        var taken = Marketing.Deliver(Marketing.Stage(FunnelStage.Interest, 10, "contact-2", "family"));
        await hub.TellAsync(taken);
        await hub.TellAsync(taken);
        await hub.TellAsync(Crm, Crm.Stage(FunnelStage.Evaluation, 20, "lead-1", "family", ToolSide.Crm));

        var (former, holder) = (await LeadAsync(hub, Marketing, "contact-1"), await LeadAsync(hub, Marketing, "contact-2"));
        Assert.NotEqual(former, holder);
        Assert.Equal(holder, await LeadAsync(hub, Crm, "lead-1"));
        Assert.Equal((Marketing.Address("former"), Marketing.Address("family")), (await EmailAsync(hub, former), await EmailAsync(hub, holder)));
        Assert.DoesNotContain(AddressOf("family"), Fold(await hub.StateAsync(former)).Identities);

        await api.DeleteAsync($"/api/leads/{former}");

        Assert.Equal(HttpStatusCode.OK, await api.StatusAsync($"/api/leads?email={Marketing.Address("family")}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads?email={Marketing.Address("former")}"));
    }

    [Fact]
    public async Task A_known_person_gets_an_address_that_another_had_once()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "own"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 5, "contact-1", "former"));

        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 6, "contact-2", "family"));

        Assert.Equal(await LeadAsync(hub, Marketing, "contact-2"), await hub.Get<IdentityStore>().FindAsync(AddressOf("family"), Token));
    }

    [Fact]
    public async Task An_address_goes_there_and_back_again_as_often_as_the_tool_says_so()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"), Marketing.Stage(FunnelStage.Interest, 0, "contact-2", "second"));
        for (var round = 0; round < 3; round++)
        {
            var minute = 10 * (round + 1);
            var (leaves, gets) = round % 2 == 0 ? ("contact-1", "contact-2") : ("contact-2", "contact-1");
            await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), minute, leaves, $"other{round}"));
            await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), minute + 1, gets, "family"));

            var holder = await LeadAsync(hub, Marketing, gets);
            Assert.Equal(holder, await hub.Get<IdentityStore>().FindAsync(AddressOf("family"), Token));
            Assert.Contains(AddressOf("family"), Fold(await hub.StateAsync(holder)).Identities);
            Assert.DoesNotContain(AddressOf("family"), Fold(await hub.StateAsync(await LeadAsync(hub, Marketing, leaves))).Identities);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_passes_on_in_one_delivery_and_when_the_former_holders_change_comes_last(bool together)
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);
        await hub.StartAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"));
        var (leaves, gets) = (Marketing.Event(of => new EmailChangedEvent(of), 5, "contact-1", "former"), Marketing.Stage(FunnelStage.Interest, 6, "contact-2", "family"));

        if (together)
        {
            await hub.TellAsync(Marketing, gets, leaves);
        }
        else
        {
            await hub.TellAsync(Marketing, gets);
            await hub.TellAsync(Marketing, leaves);
        }

        await Eventually.TrueAsync(async () => await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-2"), Token) is { } holder && await hub.Journeys.LoadAsync(holder, Token) is not null, "the next holder is met");
        Assert.Equal(await LeadAsync(hub, Marketing, "contact-2"), await hub.Get<IdentityStore>().FindAsync(AddressOf("family"), Token));
    }

    [Theory]
    [InlineData("contact-2", true)]
    [InlineData("contact-1", false)]
    public async Task A_review_gives_the_address_to_whom_a_person_names(string chosen, bool passes)
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "own"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 2, "contact-2", "family") with { Profile = new() { Email = Marketing.Address("family"), Company = "Answered" } });
        var (one, two) = (await LeadAsync(hub, Marketing, "contact-1"), await LeadAsync(hub, Marketing, "contact-2"));
        var review = (await api.GetAsync("/api/reviews")).EnumerateArray().Single(open => open.GetProperty("candidates").EnumerateArray().Any(candidate => candidate.GetProperty("choose").GetString() == two.Value));

        var answer = await api.PostAsync($"/api/reviews/{review.GetProperty("id").GetString()}", JsonSerializer.Serialize(new { choose = (await LeadAsync(hub, Marketing, chosen)).Value }));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        await Eventually.TrueAsync(async () => Fold(await hub.StateAsync(two)).Profile.Company == "Answered", "the kept event is on the journey");
        Assert.Equal(passes ? two : one, await hub.Get<IdentityStore>().FindAsync(AddressOf("family"), Token));
        Assert.Equal(passes ? Marketing.Address("family") : Marketing.Address("own"), await EmailAsync(hub, two));
        Assert.NotEqual(await hub.Get<JourneyReader>().ResolveAsync(one, Token), await hub.Get<JourneyReader>().ResolveAsync(two, Token));
    }

    private IdentityKey AddressOf(string who) => EmailAddress.TryParse(Marketing.Address(who), out var email) ? IdentityKey.Email(email) : throw new FormatException(who);

    private static async Task<LeadId> LeadAsync(TestHub hub, FakeTool tool, string record) =>
        await hub.Get<JourneyReader>().ResolveAsync((await hub.Get<IdentityStore>().FindAsync(tool.Record(record), Token))!, Token);

    private static Journey Fold(JourneyState state) => JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy);

    private static async Task<string?> EmailAsync(TestHub hub, LeadId lead) => Fold(await hub.StateAsync(lead)).Profile.Email;
}
