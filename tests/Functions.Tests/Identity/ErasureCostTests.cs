using System.Globalization;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ops.Unmapped;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>What an erasure and an unclear event cost in requests, whatever waits about other people.</summary>
public sealed class ErasureCostTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Erasing_a_lead_costs_the_same_however_many_reviews_returns_unmapped_leads_breakers_and_alerts_there_are()
    {
        var few = await ErasureAsync(100);
        var many = await ErasureAsync(ManyRows.Count);

        Assert.Equal(few, many);
    }

    [Fact]
    public async Task An_unclear_event_costs_the_same_however_many_reviews_are_open()
    {
        var few = await QuestionAsync(100);
        var many = await QuestionAsync(ManyRows.Count);

        Assert.Equal(few, many);
        Assert.InRange(few, 1, 6);
    }

    /// <summary>Counts the requests of an erasure beside rows about as many other leads, and sees that nothing about the
    /// lead is left.</summary>
    private async Task<long> ErasureAsync(int others)
    {
        await using var hub = await NewHubAsync($"e{others}");
        await AddOthersAsync(hub, others);
        var lead = Id("erased");
        await hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday), Known("hubspot", "erased"));
        await hub.Get<ReviewStore>().AskAsync(ReviewOf("erased", lead), Token);
        await hub.Get<ReturnStore>().SaveAsync(ReturnOf("erased", lead), Token);
        await hub.Get<UnmappedStore>().NoteAsync(Stage, [lead], Token);
        await hub.Get<SyncLoopBreakerStore>().PutAsync(BreakerOf(lead), Token);
        await hub.Get<MailboxStore>().PutAsync(new() { RecipientGroup = new("sales"), LeadId = lead, AlertId = "erased", PutAt = Monday }, Token);
        using var counters = hub.Count();

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync(lead, Token));

        var requests = counters["hub.table.requests"];
        Assert.Null(await hub.Get<ReviewStore>().FindAsync("erased", Token));
        Assert.Empty(await hub.Get<ReviewStore>().AboutAsync(lead, Token));
        Assert.Null(await hub.Get<SyncLoopBreakerStore>().FindAsync($"{lead}-stage", Token));
        foreach (var table in new[] { HubTables.Returns, "Unmapped", HubTables.Mailbox })
        {
            Assert.Empty(await RowsAboutAsync(hub, table, lead));
        }

        return requests;
    }

    /// <summary>Counts the requests of a delivery that waits for a person, beside as many open questions.</summary>
    private async Task<long> QuestionAsync(int others)
    {
        await using var hub = await NewHubAsync($"q{others}");
        await AddOthersAsync(hub, others);
        var (reviews, flow) = (hub.Get<ReviewStore>(), hub.Get<ReviewFlow>());
        await flow.NotifyOpsAsync(Token);
        var review = await reviews.AskAsync(ReviewOf("asked", Id("asked")), Token);
        var delivery = new Delivery { Connector = "hubspot", Headers = new Dictionary<string, string>(), Body = new byte[] { 1 }, ReceivedAt = Monday };
        using var counters = hub.Count();

        await flow.HoldAsync(review, delivery, "message", Token);

        return counters["hub.table.requests"];
    }

    private static async Task AddOthersAsync(TestHub hub, int others)
    {
        var tables = hub.Get<HubTables>();
        await ManyRows.AddAsync(await tables.GetAsync("Reviews", Token), Enumerable.Range(0, others).SelectMany(other => hub.Get<ReviewStore>().RowsOf(ReviewOf($"r{other}", Id($"other{other}")))), Token);
        await hub.Get<ReturnStore>().SaveAsync(ReturnOf("other", Id("other")), Token);
        await ManyRows.AddAsync(
            await tables.GetAsync(HubTables.Returns, Token),
            Enumerable.Range(0, others).Select(other => new TableEntity("202603", $"other{other}") { ["LeadId"] = Id($"other{other}").Value, ["Json"] = "{}" }), Token);
        await hub.Get<UnmappedStore>().NoteAsync(Stage, [], Token);
        await ManyRows.AddAsync(
            await tables.GetAsync("Unmapped", Token), Enumerable.Range(0, others).Select(other => new TableEntity(TableKey.Hash(Stage.Setting), Id($"other{other}").Value)), Token);
        await ManyRows.AddAsync(
            await tables.GetAsync(HubTables.Breakers, Token), Enumerable.Range(0, others).Select(other => new TableEntity("open", $"{Id($"other{other}")}-stage")), Token);
        var group = new RecipientGroup("sales");
        await hub.Get<MailboxStore>().PutAsync(new() { RecipientGroup = group, LeadId = Id("other"), AlertId = "other", PutAt = Monday }, Token);
        await ManyRows.AddAsync(
            await tables.GetAsync(HubTables.Mailbox, Token),
            Enumerable.Range(0, others).Select(other => MailboxStore.ToRow(new MailboxEntry { RecipientGroup = group, LeadId = Id($"other{other}"), AlertId = "any", PutAt = Monday })), Token);
    }

    private static UnmappedStageReport Stage { get; } = new("hubspot", "Strange", "Connectors:hubspot:StageMap:Strange", Monday, 0);

    private static Review ReviewOf(string id, LeadId lead) => new()
    {
        Id = id,
        Reason = ReviewReason.SeveralLeads,
        Connector = "hubspot",
        Records = [IdentityKey.Person("hubspot", $"{id}-record")],
        Leads = [lead],
        OpenedAt = Monday,
    };

    private static LeadReturn ReturnOf(string key, LeadId lead) => new()
    {
        Key = key,
        HandoffId = key,
        LeadId = lead,
        At = Monday,
        Stage = FunnelStage.Evaluation,
        Reason = "budget",
    };

    private static OpenSyncLoop BreakerOf(LeadId lead) => new($"{lead}-stage", lead, PersonProperty.Stage, ["hubspot"], Monday, Monday.AddDays(1));

    private static async Task<IReadOnlyList<TableEntity>> RowsAboutAsync(TestHub hub, string table, LeadId lead)
    {
        var rows = await (await hub.Get<HubTables>().GetAsync(table, Token)).QueryAsync<TableEntity>((string?)null, cancellationToken: Token).ToListAsync(Token);
        return [.. rows.Where(row => row.Any(column => Convert.ToString(column.Value, CultureInfo.InvariantCulture)!.Contains(lead.Value, StringComparison.Ordinal)))];
    }

    private Task<TestHub> NewHubAsync(string tables) => TestHub.CreateAsync(azurite, _clock, [], $"--Hub:TablePrefix={azurite.PrefixOfTest()}{tables}");
}
