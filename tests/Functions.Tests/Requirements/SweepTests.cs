using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Tests.Alerts;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>One mail for each stay and level, however often the timers run and wherever.</summary>
public sealed class SweepTests(Azurite azurite) : IAsyncLifetime
{
    private const int Sweeps = 100;
    private const string Company = "Hundred Sweeps Ltd";

    private readonly StillTimeProvider _clock = new(Monday);
    private MailServer _mail = null!;

    public async ValueTask InitializeAsync() => _mail = await MailServer.StartAsync();

    public ValueTask DisposeAsync() => _mail.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_sweeps_by_two_hubs_on_the_same_tables_and_by_one_that_was_restarted_mail_each_team_once()
    {
        await using (var world = await MailWorld.CreateAsync(azurite, _clock, [], Settings))
        {
            var hub = world.Hub;
            await using var other = await NewHubAsync();
            await hub.StartAsync();
            await other.StartAsync();
            await hub.LeadAsync(Id("sweeps"), Claim(FunnelStage.Interest, Monday), Profile(new() { Company = Company }));
            _clock.AdjustTime(Monday.AddDays(2));
            await SweepAsync(hub, other);
            await MailedAsync(hub, other);
        }

        // Its bus and what it knew are gone; the tables are not.
        await using var restarted = await NewHubAsync();
        await restarted.StartAsync();
        await SweepAsync(restarted);
        await WorkedOffAsync(restarted);
        _clock.Advance(TimeSpan.FromMinutes(10));
        await MailAsync(restarted);

        var mails = (await _mail.MailsAsync(2)).Where(mail => mail.Text.Contains(Company, StringComparison.Ordinal)).ToList();
        Assert.Equal(["lead@example.com", "marketing@example.com", "sales@example.com"], mails.SelectMany(mail => mail.To).Order(StringComparer.Ordinal));
    }

    private string[] Settings => [.. MailWorld.BothTeams, $"--Mail:Smtp:Port={_mail.Port}"];

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [], Settings);

    /// <summary>All hubs at once, a hundred times between them.</summary>
    private static Task SweepAsync(params TestHub[] hubs) =>
        Task.WhenAll(Enumerable.Range(0, Sweeps).Select(sweep => hubs[sweep % hubs.Length].Get<StallFlow>().SweepAsync(Token)));

    private static Task WorkedOffAsync(TestHub hub) => Eventually.TrueAsync(async () => (await hub.MessagesAsync(FunnelTopic.Name, "alerts")).Count == 0, "every alert is taken up");

    private static Task MailAsync(params TestHub[] hubs) =>
        Task.WhenAll(Enumerable.Range(0, 10).Select(round => hubs[round % hubs.Length].Get<MailFlow>().SendDueAsync(Token)));

    /// <summary>Until the lead's alert has its fate, both hubs sending.</summary>
    private async Task MailedAsync(TestHub hub, TestHub other)
    {
        await WorkedOffAsync(hub);
        await WorkedOffAsync(other);
        await Eventually.TrueAsync(async () =>
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await MailAsync(hub, other);
            return (await hub.StateAsync(Id("sweeps"))).Ledger.Alerts is { IsEmpty: false } alerts && alerts.All(alert => alert.Fate == AlertOutcome.Sent);
        }, "the alert is told");
    }
}
