using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Replays;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Archive;

public sealed class ReplayTests(Azurite azurite)
{
    private static readonly ReplayRange All = new(Monday.AddDays(-1), Monday.AddDays(10), null);
    private static readonly string[] Names = ["ann", "bob", "cleo", "dan"];

    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rebuild_from_the_archive_alone_gives_the_same_journeys_asks_no_vendor_and_publishes_nothing()
    {
        await using var hub = await NewHubAsync();
        await LiveAsync(hub);
        var (published, asked) = (await PublishedAsync(hub), _tool.Asked);

        var replay = await RunAsync(hub, (await StartAsync(hub, All, dryRun: true)).Id);

        Assert.Equal((ReplayState.Ended, 0), (replay.State, replay.Failed));
        Assert.Equal(new LeadCounts(Names.Length, 0, 0, 0), replay.Leads);
        Assert.Equal((published, asked), (await PublishedAsync(hub), _tool.Asked));
        Assert.DoesNotContain(await TableNamesAsync(), name => name.Contains(replay.Id, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(2_000, 0)]
    [InlineData(4, 1)]
    public async Task Lost_tables_are_rebuilt_to_the_same_journeys_deals_and_deadlines_whatever_was_summed_up(int factsPerLead, int sums)
    {
        var policy = Policy with { FactsPerLead = factsPerLead };
        await using (var hub = await NewHubAsync(policy))
        {
            await LiveAsync(hub);
            Assert.Equal(sums, (await hub.StateAsync(Id("ann"))).Facts.Values.OfType<FactsSummed>().Count());
        }

        await using var before = await NewHubAsync(policy);
        var journeys = await HashesAsync(before);
        var deals = await before.Get<IdentityStore>().FindByDealAsync(IdentityKey.Deal("tool", "d1"), Token);
        await ClearAsync(HubTables.Journeys);
        await ClearAsync(HubTables.Identities);
        await ClearAsync(HubTables.Deadlines);
        await using var hub2 = await NewHubAsync(policy);
        Assert.All((await HashesAsync(hub2)).Values, Assert.Null);
        var published = await PublishedAsync(hub2);

        var replay = await SwitchAsync(hub2, await RunAsync(hub2, (await StartAsync(hub2, All)).Id));

        Assert.Equal((ReplayState.Switched, Names.Length), (replay.State, replay.Switched));
        Assert.Equal(journeys, await HashesAsync(hub2));
        Assert.Equal(deals, await hub2.Get<IdentityStore>().FindByDealAsync(IdentityKey.Deal("tool", "d1"), Token));
        Assert.Equal(Id("ann"), await hub2.Get<IdentityStore>().FindAsync(IdentityKey.Email(Address("ann")), Token));
        Assert.Equal(published, await PublishedAsync(hub2));
        await TellAsync(hub2, "after", Claim("cleo", FunnelStage.Evaluation, 50));
        Assert.Equal(FunnelStage.Evaluation, await StageAsync(hub2, "cleo"));
    }

    [Fact]
    public async Task A_fault_of_a_mapper_is_mended_in_its_time_alone_without_a_word_to_anybody()
    {
        await using var hub = await NewHubAsync();
        await TellAsync(hub, "m0", Claim("ann", FunnelStage.Awareness, 0) with { SubjectEmail = Address("ann").Address });
        _clock.Advance(TimeSpan.FromHours(1));
        var from = _clock.GetUtcNow();
        _tool.Mapper = source => (StageChangedEvent)source with { Stage = FunnelStage.Evaluation };
        await TellAsync(hub, "wrong", Claim("ann", FunnelStage.Interest, 60), Claim("bob", FunnelStage.Interest, 60));
        _clock.Advance(TimeSpan.FromHours(1));
        var to = _clock.GetUtcNow();
        _tool.Mapper = source => source;
        await TellAsync(hub, "right", Claim("cleo", FunnelStage.Interest, 120));
        var (published, ledger) = (await PublishedAsync(hub), (await hub.StateAsync(Id("ann"))).Ledger);
        Assert.Equal(FunnelStage.Evaluation, await StageAsync(hub, "bob"));

        var compared = await RunAsync(hub, (await StartAsync(hub, new(from, to, "tool"))).Id);
        var found = await hub.Get<ReplayStore>().PageAsync(compared.Id, null, LeadVerdict.Different, 10, Token);
        Assert.Equal([Id("ann"), Id("bob")], found.Select(row => row.LeadId).OrderBy(lead => lead == Id("bob")));
        Assert.Equal(FunnelStage.Evaluation, await StageAsync(hub, "bob"));
        var replay = await SwitchAsync(hub, compared);

        Assert.Equal(new LeadCounts(0, 2, 0, 0), replay.Leads);
        Assert.Equal(2, replay.Switched);
        Assert.Equal((FunnelStage.Interest, FunnelStage.Interest), (await StageAsync(hub, "ann"), await StageAsync(hub, "bob")));
        Assert.Equal(2, (await hub.StateAsync(Id("ann"))).Facts.Values.OfType<StageClaimed>().Count());
        Assert.Equal(published, await PublishedAsync(hub));
        Assert.Equal(ledger.Handoffs, (await hub.StateAsync(Id("ann"))).Ledger.Handoffs);
        Assert.Null(await hub.Get<ReplayStore>().FindActiveAsync(Token));
    }

    [Fact]
    public async Task Facts_that_a_mended_mapper_no_longer_reads_go_and_facts_of_others_stay()
    {
        await using var hub = await NewHubAsync();
        await TellAsync(hub, "m1", Claim("ann", FunnelStage.Interest, 0));
        await hub.Journeys.ApplyAsync(Id("ann"), [Leads.Claim(FunnelStage.Awareness, Monday)], Token);
        await TellAsync(hub, "m2", Claim("ann", FunnelStage.Evaluation, 1));
        _tool.Mapper = source => source is StageChangedEvent { Stage: FunnelStage.Evaluation } ? new IgnoredEvent(source) : source;

        await SwitchAsync(hub, await RunAsync(hub, (await StartAsync(hub, All)).Id));

        Assert.Equal(
            [FunnelStage.Awareness, FunnelStage.Interest],
            (await hub.StateAsync(Id("ann"))).Facts.Values.OfType<StageClaimed>().Select(claim => claim.Stage!.Value).Order());
    }

    [Fact]
    public async Task What_an_erasure_took_out_of_a_delivery_is_taken_from_nobody_else()
    {
        await using var hub = await NewHubAsync();
        await TellAsync(hub, "people", Claim("ann", FunnelStage.Interest, 0), Claim("bob", FunnelStage.Interest, 0));
        await TellAsync(hub, "shared", Deal("shared", 1, DealStatus.Open, "ann", "bob"));
        await hub.Get<ErasureFlow>().EraseAsync(Id("ann"), Token);
        var before = (await hub.StateAsync(Id("bob"))).Facts;
        Assert.Contains(before.Values, fact => fact is DealChanged);

        var replay = await SwitchAsync(hub, await RunAsync(hub, (await StartAsync(hub, All)).Id));

        Assert.Equal(new LeadCounts(1, 0, 0, 0), replay.Leads);
        Assert.Equal(before.Keys.Order(), (await hub.StateAsync(Id("bob"))).Facts.Keys.Order());
        Assert.Null(await hub.Journeys.LoadAsync(Id("ann"), Token));
    }

    [Fact]
    public async Task Stores_restored_from_different_moments_come_together_again_and_erased_people_stay_erased()
    {
        Dictionary<string, List<TableEntity>> backup = [];
        Dictionary<string, string?> reference;
        await using (var hub = await NewHubAsync())
        {
            await TellAsync(hub, "gone", Claim("gone", FunnelStage.Interest, 0) with { SubjectEmail = "gone@replay.example.com" });
            await TellAsync(hub, "m1", Claim("ann", FunnelStage.Interest, 0) with { SubjectEmail = Address("ann").Address });
            backup[HubTables.Identities] = await DumpAsync(HubTables.Identities);
            backup[HubTables.Deadlines] = await DumpAsync(HubTables.Deadlines);
            _clock.Advance(TimeSpan.FromMinutes(5));
            await TellAsync(hub, "m2", Claim("bob", FunnelStage.Interest, 5), Claim("ann", FunnelStage.Evaluation, 5));
            backup[HubTables.Journeys] = await DumpAsync(HubTables.Journeys);
            _clock.Advance(TimeSpan.FromMinutes(5));
            await LiveAsync(hub);
            await hub.Get<ErasureFlow>().EraseAsync(Id("gone"), Token);
            await TellAsync(hub, "last", Claim("dan", FunnelStage.Evaluation, 40));
            reference = await HashesAsync(hub);
        }

        foreach (var (table, rows) in backup)
        {
            await ClearAsync(table);
            await FillAsync(table, rows);
        }

        await using var restored = await NewHubAsync();
        Assert.NotEqual(reference, await HashesAsync(restored));
        Assert.NotNull(await restored.Journeys.LoadAsync(Id("gone"), Token));

        var replay = await SwitchAsync(restored, await RunAsync(restored, (await StartAsync(restored, All)).Id));

        Assert.Equal(1, replay.Erased);
        Assert.Equal(reference, await HashesAsync(restored));
        Assert.Null(await restored.Journeys.LoadAsync(Id("gone"), Token));
        await TellAsync(restored, "back", Claim("gone", FunnelStage.Interest, 90));
        Assert.Null(await restored.Journeys.LoadAsync(Id("gone"), Token));
        await restored.Get<ScrubFlow>().RunAsync(Token);
        await AssertWatchedAsync(restored, Names);
        foreach (var name in (string[])["ann", "cleo", "dan"])
        {
            Assert.Equal(Id(name), await restored.Get<IdentityStore>().FindAsync(IdentityKey.Email(Address(name)), Token));
        }
    }

    [Fact]
    public async Task A_person_who_was_allowed_back_is_not_erased_again()
    {
        await using var hub = await NewHubAsync();
        await TellAsync(hub, "m1", Claim("ann", FunnelStage.Interest, 0));
        await hub.Get<ErasureFlow>().EraseAsync(Id("ann"), Token);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await hub.Get<ErasureFlow>().RemoveTombstoneAsync(Record("ann"), Token));
        await TellAsync(hub, "m2", Claim("ann", FunnelStage.Interest, 1));

        var replay = await RunAsync(hub, (await StartAsync(hub, All, dryRun: true)).Id);

        Assert.Equal((0, 1), (replay.Erased, replay.Deliveries));
        Assert.NotNull(await hub.Journeys.LoadAsync(Id("ann"), Token));
    }

    [Fact]
    public async Task Operators_start_watch_and_switch_a_replay_over_the_api_and_the_timer_runs_it()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [_tool], "--Schedules:RunReplay=*/1 * * * * *");
        await TellAsync(hub, "m1", Claim("ann", FunnelStage.Interest, 0));
        _tool.Mapper = source => (StageChangedEvent)source with { Stage = FunnelStage.Evaluation };
        await hub.StartAsync();
        using var api = new HubClient(hub);

        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("/api/archive/replay", """{"from":"2026-01-02","to":"2026-01-01"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync("/api/archive/replay/none"));
        var started = await api.PostAsync("/api/archive/replay", $$"""{"from":"{{All.From:O}}","to":"{{All.To:O}}","connector":"tool"}""");
        var path = $"/api/archive/replay/{JsonDocument.Parse(started.Body).RootElement.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        Assert.Equal(HttpStatusCode.Conflict, (await api.PostAsync("/api/archive/replay", $$"""{"from":"{{All.From:O}}","to":"{{All.To:O}}"}""")).Status);
        await Eventually.TrueAsync(async () => await StateAsync() == "compared", "the replay was compared");
        var lead = Assert.Single((await api.GetAsync($"{path}/leads?verdict=different")).GetProperty("leads").EnumerateArray());
        Assert.Equal($"{Id("ann")}", lead.GetProperty("leadId").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, await api.StatusAsync($"{path}/leads?verdict=odd"));

        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync($"{path}/switch", "{}")).Status);

        await Eventually.TrueAsync(async () => await StateAsync() == "switched", "the replay was switched");
        Assert.Equal(FunnelStage.Evaluation, await StageAsync(hub, "ann"));
        Assert.Equal(HttpStatusCode.Conflict, await api.DeleteAsync(path));

        async Task<string?> StateAsync() => (await api.GetAsync(path)).GetProperty("state").GetString();
    }

    [Fact]
    public async Task One_replay_runs_at_a_time_and_one_that_is_ended_leaves_nothing_behind()
    {
        await using var hub = await NewHubAsync();
        await LiveAsync(hub);
        var (flow, first) = (hub.Get<ReplayFlow>(), await StartAsync(hub, All));
        Assert.Null(await flow.StartAsync(All, dryRun: false, Token));
        Assert.Null(await flow.SwitchAsync(first.Id, Token));
        await RunAsync(hub, first.Id);

        Assert.NotNull(await flow.EndAsync(first.Id, Token));

        Assert.Null(await flow.SwitchAsync(first.Id, Token));
        Assert.DoesNotContain(await TableNamesAsync(), name => name.Contains(first.Id, StringComparison.OrdinalIgnoreCase));
        Assert.NotNull(await flow.StartAsync(All, dryRun: true, Token));
    }

    /// <summary>People come one by one and together, with answers of the tool, deals that more people join, and repeats.</summary>
    private async Task LiveAsync(TestHub hub)
    {
        _tool.Answer = source => source is PersonEvent person
            ? person with { SubjectEmail = Address(source.People[0].Id).Address, Profile = new() { LastName = source.People[0].Id } }
            : source;
        foreach (var (number, name) in Names.Index())
        {
            await TellAsync(hub, $"first {name}", Claim(name, FunnelStage.Interest, 10 + number) with { NeedsEnrichment = ["email"] });
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        await TellAsync(hub, "deal", Deal("d1 open", 20, DealStatus.Open, "ann"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        await TellAsync(hub, "joined", Deal("d1 more", 20, DealStatus.Open, "ann", "bob"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        await TellAsync(hub, "won", Deal("d1 won", 30, DealStatus.Won));
        await TellAsync(hub, "again", Claim("cleo", FunnelStage.Interest, 12), Claim("dan", FunnelStage.Evaluation, 31));
        _clock.Advance(TimeSpan.FromSeconds(10));
    }

    private static EmailAddress Address(string name) => EmailAddress.TryParse($"{name}@replay.example.com", out var email) ? email : throw new FormatException(name);

    private static IdentityKey Record(string who) => IdentityKey.Person("tool", who);

    private static LeadId Id(string who) => Given.Keys.LeadOf(Record(who));

    private static StageChangedEvent Claim(string who, FunnelStage stage, int minute) =>
        new(new EventHeader($"{who}|{minute}", ToolSide.Marketing, Monday.AddMinutes(minute)) { People = [Record(who)] })
        {
            Stage = stage,
            ToStageRaw = "raw",
        };

    private static DealChangedEvent Deal(string key, int minute, DealStatus status, params string[] people) =>
        new(new EventHeader(key, ToolSide.Crm, Monday.AddMinutes(minute)) { People = [.. people.Select(Record)] })
        {
            DealId = "d1",
            ToStageRaw = "raw",
            Meaning = status == DealStatus.Won ? DealStageMeaning.Won : DealStageMeaning.Open(FunnelStage.Evaluation),
        };

    private static async Task<FunnelStage> StageAsync(TestHub hub, string who) =>
        JourneyFold.Fold(Id(who), (await hub.StateAsync(Id(who))).Facts.Values, hub.Get<FunnelSettings>()).Stage;

    private Task<TestHub> NewHubAsync(FunnelSettings? policy = null) => TestHub.CreateAsync(policy ?? Policy, azurite, _clock, [_tool]);

    private Task TellAsync(TestHub hub, string messageId, params SourceEvent[] events) =>
        hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(_clock.GetUtcNow(), events), messageId, again: false, Token);

    private static async Task<Replay> StartAsync(TestHub hub, ReplayRange range, bool dryRun = false) =>
        (await hub.Get<ReplayFlow>().StartAsync(range, dryRun, Token))!;

    private static async Task<Replay> RunAsync(TestHub hub, string id)
    {
        await hub.Get<ReplayFlow>().RunAsync(Token);
        return (await hub.Get<ReplayStore>().FindAsync(id, Token))!;
    }

    private static async Task<Replay> SwitchAsync(TestHub hub, Replay compared)
    {
        Assert.Equal(ReplayState.Compared, compared.State);
        Assert.NotNull(await hub.Get<ReplayFlow>().SwitchAsync(compared.Id, Token));
        return await RunAsync(hub, compared.Id);
    }

    private static async Task<int> PublishedAsync(TestHub hub)
    {
        var count = (await hub.MessagesAsync(InboundQueue.Name, null)).Count;
        foreach (var subscription in (string[])["to-sales", "to-marketing", "alerts"])
        {
            count += (await hub.MessagesAsync(FunnelTopic.Name, subscription)).Count;
        }

        return count;
    }

    private static async Task<Dictionary<string, string?>> HashesAsync(TestHub hub)
    {
        var hashes = new Dictionary<string, string?>();
        foreach (var name in Names)
        {
            var state = await hub.Journeys.LoadAsync(Id(name), Token);
            hashes[name] = state is null ? null : JourneyFold.Fold(Id(name), state.Facts.Values, hub.Get<FunnelSettings>()).Hash;
        }

        return hashes;
    }

    /// <summary>Each of the leads has a row in the deadline index, no later than it is due.</summary>
    private static async Task AssertWatchedAsync(TestHub hub, string[] names)
    {
        foreach (var name in names)
        {
            var state = await hub.StateAsync(Id(name));
            var journey = JourneyFold.Fold(Id(name), state.Facts.Values, hub.Get<FunnelSettings>());
            var due = Assert.NotNull(StallRules.NextDue(journey, state.Ledger, hub.Get<FunnelSettings>()));
            var rows = await hub.Get<DeadlineStore>().DueAsync(due.AddSeconds(1), Token).Select(row => row.LeadId).ToListAsync(Token);
            Assert.Contains(Id(name), rows);
        }
    }

    private TableClient Table(string name) => new(azurite.ConnectionString, azurite.PrefixOfTest() + name);

    private async Task<List<string>> TableNamesAsync()
    {
        var prefix = azurite.PrefixOfTest();
        return await new TableServiceClient(azurite.ConnectionString)
            .QueryAsync(table => table.Name.CompareTo(prefix) >= 0 && table.Name.CompareTo($"{prefix}~") < 0, cancellationToken: Token)
            .Select(table => table.Name).ToListAsync(Token);
    }

    private async Task<List<TableEntity>> DumpAsync(string name) =>
        await Table(name).QueryAsync<TableEntity>(cancellationToken: Token).ToListAsync(Token);

    private async Task ClearAsync(string name)
    {
        foreach (var row in await DumpAsync(name))
        {
            await Table(name).DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Token);
        }
    }

    private async Task FillAsync(string name, IEnumerable<TableEntity> rows)
    {
        foreach (var row in rows)
        {
            row.Remove("odata.etag");
            row.Remove("Timestamp");
            await Table(name).UpsertEntityAsync(row, TableUpdateMode.Replace, Token);
        }
    }
}
