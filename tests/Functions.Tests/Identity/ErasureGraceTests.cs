using System.Text.Json;
using System.Net;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>The time of grace: an erased lead is hidden, and destroyed or restored later.</summary>
public sealed class ErasureGraceTests(Azurite azurite)
{
    private static readonly int Erasures = Amount.Of("HUB_TEST_ERASURES", 120);

    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Fact]
    public async Task A_cancelled_erasure_restores_the_lead_with_its_keys_and_with_what_was_said_meanwhile()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var lead = await KnowAsync(hub, "contact-1", "ada");
        var before = await hub.StateAsync(lead);

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/leads/{lead}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads/{lead}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads?email={Marketing.Address("ada")}"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 30, "contact-1"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 31, null, "ada"));
        var open = (await api.GetAsync("/api/erasures")).GetProperty("erasures").EnumerateArray().Single();
        Assert.Equal((lead.Value, "api", "confirmed"), (open.GetProperty("leadId").GetString(), open.GetProperty("source").GetString(), open.GetProperty("state").GetString()));

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/erasures/{lead}"));

        await Eventually.TrueAsync(async () => (await hub.StateAsync(lead)).Facts.Values.OfType<StageClaimed>().Count(claim => claim.Stage == FunnelStage.Evaluation) == 2, "what was held is on the journey");
        var after = await hub.StateAsync(lead);
        Assert.Empty(before.Facts.Keys.Except(after.Facts.Keys));
        Assert.Equal(before.Ledger.Handoffs.Length + 1, after.Ledger.Handoffs.Length);
        Assert.NotNull(after.Ledger.WatchedAt);
        Assert.Empty((await api.GetAsync("/api/erasures")).GetProperty("erasures").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, await api.StatusAsync($"/api/leads?email={Marketing.Address("ada")}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.DeleteAsync($"/api/erasures/{lead}"));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task A_lead_is_destroyed_by_the_sweep_once_its_grace_is_over(int secondsLate, bool destroyed)
    {
        await using var hub = await NewHubAsync();
        var lead = await KnowAsync(hub, "contact-1", "ada");
        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1"));
        await SweepAsync(hub);

        _clock.Advance(TimeSpan.FromDays(1).Add(TimeSpan.FromSeconds(secondsLate)));
        await SweepAsync(hub);

        Assert.Equal(destroyed, (await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);
        Assert.Equal(destroyed, await hub.Get<ErasureStore>().FindAsync(lead, Token) is null);
        Assert.Equal(destroyed ? ErasureDecision.Unknown : ErasureDecision.Done, await hub.Get<ErasureDecisionFlow>().CancelAsync(lead, Token));
        Assert.Equal(destroyed, await hub.Journeys.LoadAsync(lead, Token) is null);
    }

    [Fact]
    public async Task A_privacy_deletion_of_a_record_that_the_tool_still_has_is_undone_and_ops_are_notified()
    {
        await using var hub = await NewHubAsync();
        var lead = await KnowAsync(hub, "contact-1", "ada");
        Marketing.StillHas = _ => true;

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1"), Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-7"));
        Assert.Null(await hub.Journeys.LoadAsync(lead, Token));
        await SweepAsync(hub);

        Assert.NotNull(await hub.Journeys.LoadAsync(lead, Token));
        Assert.False((await hub.ForgetfulIdentities().LookUpAsync(Marketing.Record("contact-7"), Token)).Erased);
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erasure-refused:hubspot");
    }

    [Fact]
    public async Task While_the_tool_cannot_be_asked_the_lead_stays_hidden_and_is_asked_about_again()
    {
        await using var hub = await NewHubAsync();
        var lead = await KnowAsync(hub, "contact-1", "ada");
        Marketing.StillHas = _ => throw new VendorUnavailableException("hubspot", "GET contact", HttpStatusCode.ServiceUnavailable, null);
        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1"));

        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(hub);
        Assert.Null(await hub.Journeys.LoadAsync(lead, Token));
        Assert.False((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);

        Marketing.StillHas = _ => false;
        _clock.Advance(TimeSpan.FromMinutes(5));
        await SweepAsync(hub);
        Assert.True((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);
    }

    /// <summary><c>HUB_TEST_ERASURES</c> says how many; ten thousand take some minutes.</summary>
    [Fact]
    public async Task Too_many_privacy_deletions_stop_the_destroying_and_a_cancel_restores_all()
    {
        var known = Erasures / 2;
        await using var hub = await NewHubAsync("--Erasure:MostAnHour=100");
        await hub.StartAsync();
        using var api = new HubClient(hub);
        foreach (var delivery in Enumerable.Range(0, known).Chunk(100))
        {
            await hub.TellAsync(Marketing, [.. delivery.Select(i => Marketing.Stage(FunnelStage.Interest, i % 60, $"contact-{i}", $"person{i}"))]);
        }

        var before = await LeadsAsync(hub, known);

        foreach (var delivery in Enumerable.Range(0, Erasures).Chunk(100))
        {
            await hub.TellAsync(Marketing, [.. delivery.Select(i => Marketing.Event(of => new PrivacyDeletedEvent(of), 200, $"contact-{i}"))]);
        }

        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(hub);

        Assert.All(before, state => Assert.Null(hub.Journeys.LoadAsync(state.LeadId, Token).Result));
        Assert.False((await hub.ForgetfulIdentities().LookUpAsync(Marketing.Record($"contact-{Erasures - 1}"), Token)).Erased);
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erasures-stopped");
        var (_, dry) = await api.PostAsync("/api/erasures/cancel", """{"connector":"hubspot","dryRun":true}""");
        Assert.Equal($$"""{"matched":{{Erasures}},"cancelled":0,"dryRun":true,"capped":false}""", dry);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("/api/erasures/cancel", "{}")).Status);

        var cancelled = 0;
        for (var capped = true; capped;)
        {
            var (_, body) = await api.PostAsync("/api/erasures/cancel", """{"connector":"hubspot"}""");
            using var done = JsonDocument.Parse(body);
            cancelled += done.RootElement.GetProperty("cancelled").GetInt32();
            capped = done.RootElement.GetProperty("capped").GetBoolean();
        }

        Assert.Equal(Erasures, cancelled);
        Assert.Equal(before.Select(state => state.Facts.Keys.Order()), (await LeadsAsync(hub, known)).Select(state => state.Facts.Keys.Order()));
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync("/api/erasures/resume", "")).Status);
        Assert.False((await api.GetAsync("/api/erasures")).GetProperty("stopped").GetBoolean());
        Assert.DoesNotContain(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erasures-stopped");
    }

    [Fact]
    public async Task After_a_resume_the_hidden_leads_are_destroyed_and_unknown_records_become_tombstones()
    {
        await using var hub = await NewHubAsync("--Erasure:MostAnHour=1");
        var lead = await KnowAsync(hub, "contact-1", "ada");
        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1"), Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-7"));
        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(hub);
        Assert.False((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);

        await hub.Get<ErasureBrakeFlow>().ResumeAsync(Token);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await SweepAsync(hub);

        Assert.True((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);
        Assert.True((await hub.ForgetfulIdentities().LookUpAsync(Marketing.Record("contact-7"), Token)).Erased);
    }

    [Fact]
    public async Task A_lead_with_two_records_of_one_tool_is_destroyed_only_after_a_person_confirms_it()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var lead = await KnowAsync(hub, "contact-1", "ada");
        await hub.Get<RecordLinkStore>().TryLinkAsync(lead, [RecordLink.Of(Marketing.Record("contact-2"), "contact")], certain: true, Token);

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1"));
        await SweepAsync(hub);
        _clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(hub);
        Assert.False((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);
        Assert.Null(await hub.Journeys.LoadAsync(lead, Token));
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erasures-undecided");

        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync($"/api/erasures/{lead}/confirm", "")).Status);
        Assert.True((await hub.Get<JourneyStore>().LoadAsync(lead, Token)).State.Facts.IsEmpty);
        Assert.Equal(HttpStatusCode.NotFound, (await api.PostAsync($"/api/erasures/{lead}/confirm", "")).Status);
    }

    private Task<TestHub> NewHubAsync(params string[] settings) => TestHub.CreateAsync(azurite, _clock, [Marketing], ["--Erasure:Grace=1.00:00:00", .. settings]);

    private static Task SweepAsync(TestHub hub) => hub.Get<ErasureSweepFlow>().SweepAsync(Token);

    private async Task<LeadId> KnowAsync(TestHub hub, string record, string who)
    {
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, record, who));
        return (await hub.Get<IdentityStore>().FindAsync(Marketing.Record(record), Token))!;
    }

    private async Task<IReadOnlyList<JourneyState>> LeadsAsync(TestHub hub, int count)
    {
        var leads = new List<JourneyState>();
        for (var i = 0; i < count; i++)
        {
            leads.Add(await hub.StateAsync((await hub.ForgetfulIdentities().FindAsync(Marketing.Record($"contact-{i}"), Token))!));
        }

        return leads;
    }
}
