using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

/// <summary>Deliveries that wait for an operator.</summary>
public sealed class ParkedTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Fact]
    public async Task A_delivery_is_parked_once_for_all_its_faults_and_listed_without_its_body()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);

        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"), Unreadable(1), Unreadable(2));

        var parked = (await api.GetAsync("/api/parked?reason=unreadable-event&connector=hubspot&since=2026-03-01")).GetProperty("parked").EnumerateArray().Single();
        Assert.Equal(("unreadable-event", 2, "It is odd."), (parked.GetProperty("reason").GetString(), parked.GetProperty("faults").GetInt32(), parked.GetProperty("description").GetString()));
        Assert.DoesNotContain(_world, parked.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await api.GetAsync("/api/parked?reason=no-usable-key")).GetProperty("parked").EnumerateArray());
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "parked");
    }

    [Fact]
    public async Task A_replay_queues_what_matches_and_a_dry_run_only_counts()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Unreadable(1));
        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactCreatedEvent(of), 2, null));
        var parked = hub.Get<ParkedFlow>();

        Assert.Equal(new(2, 0, true, false), await parked.ReplayAsync(new(null, null, "hubspot", null), dryRun: true, Token));
        Assert.Equal(new(1, 1, false, false), await parked.ReplayAsync(new(null, "no-usable-key", null, null), dryRun: false, Token));
        Assert.Single(await hub.MessagesAsync("inbound", null));
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "parked");

        Assert.Equal(new(1, 1, false, false), await parked.ReplayAsync(new(null, null, "hubspot", null), dryRun: false, Token));
        Assert.Equal(2, (await hub.MessagesAsync("inbound", null)).Count);
        Assert.DoesNotContain(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "parked");
    }

    [Fact]
    public async Task A_delivery_is_dropped_only_with_a_reason()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Unreadable(1));
        var id = (await api.GetAsync("/api/parked")).GetProperty("parked")[0].GetProperty("id").GetString();

        Assert.Equal(HttpStatusCode.BadRequest, await api.DeleteAsync($"/api/parked/{id}"));
        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/parked/{id}?reason=test-data"));
        Assert.Equal(HttpStatusCode.NotFound, await api.DeleteAsync($"/api/parked/{id}?reason=test-data"));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("/api/parked/replay", """{"dryRun":true}""")).Status);
    }

    [Fact]
    public async Task A_person_gets_all_that_is_stored_about_them_and_erasing_them_removes_the_parked_deliveries_that_name_them()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"), Unreadable(1));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 2, "contact-2", "bob"), Unreadable(3));
        var lead = (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;

        var export = await api.GetAsync($"/api/leads/{lead}/export");
        Assert.Contains(Marketing.Address("ada"), export.GetProperty("identities").GetRawText(), StringComparison.Ordinal);
        Assert.Equal((await hub.StateAsync(lead)).Facts.Count, export.GetProperty("facts").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, export.GetProperty("ledger").ValueKind);
        Assert.StartsWith("parked/", Assert.Single(export.GetProperty("elsewhere").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads/{new string('0', 24)}/export"));

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync(lead, Token));

        Assert.Single(await hub.Get<ParkedDeliveryStore>().ListAsync(new(null, null, null, null), 10, null, Token));
        Assert.Empty(await hub.Get<ParkedDeliveryStore>().FindAsync(Marketing.Record("contact-1"), Token));
        Assert.Single(await hub.Get<ParkedDeliveryStore>().FindAsync(Marketing.Record("contact-2"), Token));
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [Marketing]);

    private UnreadableEvent Unreadable(int minute) => Marketing.Event(of => new UnreadableEvent(of) { Why = "It is odd." }, minute, null);
}
