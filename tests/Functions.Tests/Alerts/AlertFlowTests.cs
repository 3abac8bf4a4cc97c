using IntegrationHub.Embedded.Tests;
using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Inbound;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

[Collection(nameof(RealParts))]
public sealed class AlertFlowTests(Azurite azurite, Maildev maildev) : IAsyncLifetime
{
    private static readonly string[] BothTeams = ["--Teams:marketing:Recipients=marketing@example.com", "--Teams:sales:Recipients=sales@example.com,lead@example.com"];

    private readonly ManualClock _clock = new(Monday);

    public async ValueTask InitializeAsync() => await maildev.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_stalled_lead_is_one_mail_to_marketing_and_one_to_sales()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "oneEach");

        await hub.Get<AlertFlow>().TellAsync(stalled, TestContext.Current.CancellationToken);

        var mails = await maildev.MailsAsync(2);
        Assert.Equal(["marketing@example.com", "sales@example.com,lead@example.com"], mails.Select(mail => string.Join(',', mail.To)).Order(StringComparer.Ordinal));
        Assert.All(mails, mail => Assert.StartsWith("[Interest 2 d, limit 2 d] Engines Ltd: ", mail.Subject, StringComparison.Ordinal));
        Assert.Equal(2, mails.Select(mail => mail.Subject).Distinct().Count());
        Assert.Single(mails.Select(mail => mail.Header("references")).Distinct());
        Assert.Equal(AlertFate.Sent, await FateAsync(hub, stalled));
    }

    [Fact]
    public async Task A_repeat_tells_nobody_twice()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "repeat");

        for (var i = 0; i < 3; i++)
        {
            await hub.Get<AlertFlow>().TellAsync(stalled, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, (await maildev.MailsAsync(2)).Count);
    }

    [Fact]
    public async Task When_one_teams_mail_could_not_be_sent_the_retry_sends_that_one_alone()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "oneFailed");
        var moody = new MoodyMail { Fails = mail => mail.Recipients.Contains("sales@example.com") ? new MailUnavailableException("mail", null, "busy.") : null };
        var flow = FlowWith(hub, moody);

        await Assert.ThrowsAsync<MailUnavailableException>(() => flow.TellAsync(stalled, TestContext.Current.CancellationToken));
        var afterFailure = await FateAsync(hub, stalled);
        moody.Fails = _ => null;
        await flow.TellAsync(stalled, TestContext.Current.CancellationToken);

        Assert.Equal(AlertFate.Pending, afterFailure);
        Assert.Equal(["marketing@example.com", "sales@example.com"], moody.Sent.Select(mail => mail.Recipients[0]));
        Assert.Equal(AlertFate.Sent, await FateAsync(hub, stalled));
    }

    [Fact]
    public async Task A_mail_that_is_repeated_after_a_crash_has_the_same_id_and_words()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "crash");
        var crashed = new MoodyMail { CrashesAfterSending = true };
        await Assert.ThrowsAsync<InvalidOperationException>(() => FlowWith(hub, crashed).TellAsync(stalled, TestContext.Current.CancellationToken));
        _clock.Now += TimeSpan.FromHours(1);
        var healed = new MoodyMail();

        await FlowWith(hub, healed).TellAsync(stalled, TestContext.Current.CancellationToken);

        var (first, again) = (Assert.Single(crashed.Sent), healed.Sent[0]);
        Assert.Equal((first.MessageId, first.ThreadId, first.Subject, first.Text, first.Html), (again.MessageId, again.ThreadId, again.Subject, again.Text, again.Html));
        Assert.Equal(2, healed.Sent.Select(mail => mail.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task A_mail_that_is_refused_ends_as_failed_and_the_other_teams_mail_goes_out()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "refused");
        var moody = new MoodyMail { Fails = mail => mail.Recipients.Contains("marketing@example.com") ? new MailRefusedException("mail", System.Net.Mail.SmtpStatusCode.MailboxUnavailable) : null };

        var hopeless = await Assert.ThrowsAsync<HopelessMessageException>(() => FlowWith(hub, moody).TellAsync(stalled, TestContext.Current.CancellationToken));

        Assert.Equal("mail-refused", hopeless.Reason);
        Assert.Contains("Teams:*:Recipients", hopeless.Detail, StringComparison.Ordinal);
        Assert.Equal("sales@example.com", Assert.Single(moody.Sent).Recipients[0]);
        Assert.Equal(AlertFate.Failed, await FateAsync(hub, stalled));
    }

    [Fact]
    public async Task Without_recipients_an_alert_is_suppressed_and_no_failure()
    {
        await using var hub = NewHub();
        var stalled = await StalledAsync(hub, "nobody");

        await hub.Get<AlertFlow>().TellAsync(stalled, TestContext.Current.CancellationToken);

        Assert.Equal(AlertFate.Suppressed, await FateAsync(hub, stalled));
    }

    [Fact]
    public async Task A_lead_that_moved_on_before_the_mail_is_suppressed()
    {
        await using var hub = NewHub(BothTeams);
        var stalled = await StalledAsync(hub, "moved");
        await hub.LeadAsync(stalled.LeadId, Claim(FunnelStage.Evaluation, _clock.Now));
        var moody = new MoodyMail();

        await FlowWith(hub, moody).TellAsync(stalled, TestContext.Current.CancellationToken);

        Assert.Empty(moody.Sent);
        Assert.Equal(AlertFate.Suppressed, await FateAsync(hub, stalled));
    }

    [Fact]
    public async Task The_running_hub_mails_a_stalled_lead()
    {
        await using var hub = NewHub([.. BothTeams, "--Schedules:DetectStalls=* * * * * *"]);
        await hub.StartAsync();
        await hub.LeadAsync(Id("running"), Claim(FunnelStage.Interest, Monday), Profile(new LeadProfile { Company = "Running Ltd" }));
        _clock.Now = Monday.AddDays(2);

        await Eventually.TrueAsync(
            async () => (await maildev.MailsAsync(0)).Count(mail => mail.Subject.Contains("Running Ltd", StringComparison.Ordinal)) == 2, "both teams had their mail");
    }

    private TestHub NewHub(params string[] settings) => new(azurite.ConnectionString, _clock, [], [$"--Mail:Smtp:Port={maildev.Port}", "--Schedules:DetectStalls=0 0 0 1 1 *", .. settings]);

    private static AlertFlow FlowWith(TestHub hub, IMailSender mails) => ActivatorUtilities.CreateInstance<AlertFlow>(hub.Get<IServiceProvider>(), mails, NullLogger<AlertFlow>.Instance);

    private async Task<LeadStalled> StalledAsync(TestHub hub, string name)
    {
        await hub.LeadAsync(Id(name), Claim(FunnelStage.Interest, Monday), Profile(new LeadProfile { FirstName = "Ada", LastName = "Lovelace", Company = "Engines Ltd" }));
        _clock.Now = Monday.AddDays(2);
        await hub.Get<StallFlow>().SweepAsync(TestContext.Current.CancellationToken);
        return (await hub.EventsAsync<LeadStalled>("alerts")).Single(stalled => stalled.LeadId == Id(name));
    }

    private static async Task<AlertFate> FateAsync(TestHub hub, LeadStalled stalled) => (await hub.StateAsync(stalled.LeadId)).Ledger.Alerts.Single(alert => alert.Id == stalled.AlertId).Fate;

    /// <summary>A mail server with moods.</summary>
    private sealed class MoodyMail : IMailSender
    {
        public List<OutgoingMail> Sent { get; } = [];

        public Func<OutgoingMail, Exception?> Fails { get; set; } = _ => null;

        public bool CrashesAfterSending { get; init; }

        public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            if (Fails(mail) is { } failure)
            {
                throw failure;
            }

            Sent.Add(mail);
            return CrashesAfterSending ? throw new InvalidOperationException("The process ends here.") : Task.CompletedTask;
        }
    }
}
