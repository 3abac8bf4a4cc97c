using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>What a run of the mail timer costs in requests, however many alerts wait.</summary>
public sealed class MailboxCostTests(Azurite azurite)
{
    private static readonly RecipientGroup Sales = new("sales");
    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("salesforce")]
    public async Task A_run_that_has_nothing_to_send_costs_the_same_however_many_alerts_wait(string? connector)
    {
        var few = await RequestsAsync(100, connector);
        var many = await RequestsAsync(ManyRows.Count, connector);

        Assert.Equal(few, many);
        Assert.InRange(few, 1, 12);
    }

    [Fact]
    public async Task Alerts_that_wait_for_a_tool_keep_no_other_waiting()
    {
        await using var world = await WorldAsync("others");
        await AddAsync(world, MailboxStore.ReadAtMost + 1, "salesforce");
        await DownAsync(world, "salesforce");
        await world.LeadAsync(Id("free"));
        await world.SweepAsync(Monday.AddDays(2));

        await world.SendAsync(Monday.AddDays(2).AddMinutes(1));

        Assert.Single(world.Server.To("sales@example.com"));
        Assert.Contains("sales Sent", await world.OutcomesAsync(Id("free")), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_mark_of_a_tool_goes_with_the_last_alert_that_waits_for_it()
    {
        await using var world = await WorldAsync("marks");
        await AddAsync(world, 3, "salesforce");
        Assert.Equal(["salesforce"], Assert.Single(await world.Hub.Get<MailboxStore>().ListAsync(Token)).WaitsFor);

        await world.SendAsync(Monday.AddHours(1));
        await world.SendAsync(Monday.AddHours(2));

        Assert.Empty(Assert.Single(await world.Hub.Get<MailboxStore>().ListAsync(Token)).WaitsFor);
        Assert.Empty(await world.MailboxesAsync());
    }

    /// <summary>Counts the requests of a run between two mails, or while the tool is down.</summary>
    private async Task<long> RequestsAsync(int waiting, string? connector)
    {
        await using var world = await WorldAsync($"{connector?[..1]}{waiting}");
        await AddAsync(world, waiting, connector);
        var (store, now) = (world.Hub.Get<MailboxStore>(), Monday.AddMinutes(10));
        if (connector is not null)
        {
            await DownAsync(world, connector);
        }
        else
        {
            await store.ReleaseAsync(Assert.Single(await store.ListAsync(Token)).Window with { LastSentAt = now }, Token);
        }

        await world.SendAsync(now);
        using var counters = world.Hub.Count();
        await world.FlowWith(world.Server).SendDueAsync(Token);

        Assert.Empty(world.Server.Sent);
        return counters["hub.table.requests"];
    }

    private static async Task AddAsync(MailWorld world, int count, string? connector)
    {
        var store = world.Hub.Get<MailboxStore>();
        await store.PutAsync(Entry("first"), Token);
        if (connector is not null)
        {
            await store.NoteAsync([(Entry("first"), Entry("first") with { WaitsFor = connector })], Token);
        }

        var table = await world.Hub.Get<HubTables>().GetAsync(HubTables.Mailbox, Token);
        await ManyRows.AddAsync(table, Enumerable.Range(1, count - 1).Select(number => MailboxStore.ToRow(Entry($"waiting{number}") with { WaitsFor = connector })), Token);
    }

    private static MailboxEntry Entry(string lead) => new() { RecipientGroup = Sales, LeadId = Id(lead), AlertId = "any", PutAt = Monday };

    private static Task DownAsync(MailWorld world, string connector) => world.Hub.Get<OutageStore>().SaveAsync(
        new() { Connector = connector, Kind = OutageKind.Backlog, Since = Monday, SeenAt = Monday, Reported = true }, Token);

    private Task<MailWorld> WorldAsync(string tables) =>
        MailWorld.CreateAsync(azurite, _clock, [new FakeSource("salesforce", rows: 0)], [$"--Hub:TablePrefix={azurite.PrefixOfTest()}{tables}", "--Alerts:GroupWait=00:00:10", .. MailWorld.BothTeams]);
}
