using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Polling;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>
/// Many leads at once: with a real bus, real tables and a real mailbox; only the clock is moved by hand. They are more than an hour's mails and than
/// one transaction takes; <c>HUB_TEST_STORM=500</c> makes a larger storm.
/// </summary>
public sealed class StormTests(Azurite azurite) : IAsyncLifetime
{
    private const int StillStalled = 20;
    private static readonly int Leads = Amount.Of("HUB_TEST_STORM", 150);
    private static readonly DateTimeOffset Due = Monday.AddDays(2);
    private static readonly string[] Settings = ["--Ops:Recipients=ops@example.com", "--Mail:PerMinute=30", "--Mail:PerHour=100"];

    private readonly StillTimeProvider _clock = new(Monday);
    private MailServer _mail = null!;

    public async ValueTask InitializeAsync() => _mail = await MailServer.StartAsync();

    public ValueTask DisposeAsync() => _mail.DisposeAsync();

    [Fact]
    public async Task Leads_that_stall_at_once_are_one_mail_to_each_recipient_and_each_has_its_fate()
    {
        await using var world = await WorldAsync([]);
        await world.Hub.StartAsync();
        await ForAllAsync("storm", lead => world.LeadAsync(lead));

        await StallAllAsync(world);
        for (var minute = 1; minute <= 12; minute++)
        {
            await SendAsync(world, Due.AddMinutes(minute));
        }

        var mails = await _mail.MailsAsync(2);
        Assert.Equal(["marketing@example.com", "sales@example.com"], mails.Select(mail => mail.To[0]).Order(StringComparer.Ordinal));
        Assert.All(mails, mail => Assert.StartsWith($"[{Leads} leads waiting] ", mail.Subject, StringComparison.Ordinal));
        Assert.All(mails, mail => Assert.Contains($"And {Leads - 20} more.", mail.Text, StringComparison.Ordinal));
        await ForAllAsync("storm", async lead => Assert.Equal(["marketing Grouped", "sales Grouped"], await world.OutcomesAsync(lead)));
        Assert.Empty(await world.MailboxesAsync());
    }

    [Fact]
    public async Task With_a_connector_cut_no_lead_is_told_of_and_ops_once_and_after_it_only_who_still_stands_still_in_one_digest()
    {
        var salesforce = new FakeSource("salesforce", rows: 0);
        await using var world = await WorldAsync([salesforce]);
        await world.Hub.StartAsync();
        await ForAllAsync("cut", lead => world.LeadAsync(lead, Known("salesforce", $"00Q-{lead}", ToolSide.Crm)));

        salesforce.Fails = FakeCrm.Away();
        await PollAsync(world, Due.AddMinutes(-5));
        await StallAllAsync(world);
        for (var minute = 1; minute <= 30; minute += 5)
        {
            await PollAsync(world, Due.AddMinutes(minute));
            await SendAsync(world, Due.AddMinutes(minute));
        }

        var whileCut = await _mail.MailsAsync(1);
        await ForAllAsync("cut", async lead => Assert.Equal((AlertOutcome.Inhibited, "salesforce does not answer"), await FateAsync(world, lead)));

        salesforce.Fails = null;
        var back = Due.AddMinutes(40);
        await ForAllAsync("cut", async lead => await (IsStillStalled(lead) ? Task.CompletedTask : MoveOnAsync(world, lead, back)));
        for (var minute = 0; minute <= 20; minute += 2)
        {
            await PollAsync(world, back.AddMinutes(minute));
            await SendAsync(world, back.AddMinutes(minute));
        }

        Assert.Equal(("ops@example.com", "[IntegrationHub] Blind for salesforce since 4 Mar 2026 08:55 UTC"), (Assert.Single(whileCut).To[0], whileCut[0].Subject));
        var mails = await _mail.MailsAsync(3);
        Assert.Equal(["marketing@example.com", "ops@example.com", "sales@example.com"], mails.Select(mail => mail.To[0]).Order(StringComparer.Ordinal));
        Assert.All(mails.Where(mail => mail.To[0] != "ops@example.com"), mail => Assert.StartsWith($"[{StillStalled} leads waiting] ", mail.Subject, StringComparison.Ordinal));
        await ForAllAsync("cut", async lead => Assert.Equal(IsStillStalled(lead) ? AlertOutcome.Grouped : AlertOutcome.Suppressed, (await FateAsync(world, lead)).Fate));
        Assert.Empty(await world.MailboxesAsync());
        Assert.Empty(await world.Hub.Get<NoticeStore>().PendingAsync(Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsStillStalled(LeadId lead) => Enumerable.Range(0, StillStalled).Any(i => Id($"cut{i}") == lead);

    private Task<MailWorld> WorldAsync(IConnector[] connectors) =>
        MailWorld.CreateAsync(azurite, _clock, connectors, [$"--Mail:Smtp:Port={_mail.Port}", .. MailWorld.BothTeams, .. Settings]);

    private static Task ForAllAsync(string name, Func<LeadId, Task> run) => Parallel.ForEachAsync(
        Enumerable.Range(0, Leads), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (i, _) => await run(Id($"{name}{i}")));

    /// <summary>Raises them, and waits until the running hub has put them into both mailboxes.</summary>
    private async Task StallAllAsync(MailWorld world)
    {
        _clock.AdjustTime(Due);
        await world.Hub.Get<StallFlow>().SweepAsync(Token);
        await Eventually.TrueAsync(
            async () => (await world.MailboxesAsync()).Sum(mailbox => mailbox.Entries.Count) >= 2 * Leads, "all are in the mailboxes", TimeSpan.FromMinutes(2));
    }

    private async Task SendAsync(MailWorld world, DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        await world.Hub.Get<OutageFlow>().DetectAsync(Token);
        await world.Hub.Get<MailFlow>().SendDueAsync(Token);
    }

    private Task PollAsync(MailWorld world, DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        return world.Hub.Get<PollFlow>().PollAllAsync(Token);
    }

    private async Task MoveOnAsync(MailWorld world, LeadId lead, DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        await world.Hub.LeadAsync(lead, Claim(FunnelStage.Awareness, now));
    }

    private static async Task<(AlertOutcome Fate, string? Why)> FateAsync(MailWorld world, LeadId lead) => (await world.AlertAsync(lead)) is var alert ? (alert.Fate, alert.FateReason) : default;
}
