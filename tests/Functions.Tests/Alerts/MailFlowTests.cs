using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Polling;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class MailFlowTests(Azurite azurite)
{
    /// <summary>When leads that are on Interest since Monday are stalled.</summary>
    private static readonly DateTimeOffset Due = Monday.AddDays(2);

    /// <summary>When the first mail about them may go.</summary>
    private static readonly DateTimeOffset Open = Due.AddSeconds(30);

    private readonly StillTimeProvider _clock = new(Monday);

    [Fact]
    public async Task A_stalled_lead_is_one_mail_to_marketing_and_one_to_sales()
    {
        await using var server = await MailServer.StartAsync();
        await using var world = await WorldAsync($"--Mail:Smtp:Port={server.Port}");
        await world.LeadAsync(Id("oneEach"));
        await world.SweepAsync(Due);
        _clock.AdjustTime(Open);

        await world.Hub.Get<MailFlow>().SendDueAsync(TestContext.Current.CancellationToken);

        var mails = await server.MailsAsync(2);
        Assert.Equal(["marketing@example.com", "sales@example.com,lead@example.com"], mails.Select(mail => string.Join(',', mail.To)).Order(StringComparer.Ordinal));
        Assert.All(mails, mail => Assert.StartsWith("[Interest 2 d of 2 d] Engines Ltd: ", mail.Subject, StringComparison.Ordinal));
        Assert.Equal(2, mails.Select(mail => mail.Subject).Distinct().Count());
        Assert.Single(mails.Select(mail => mail.Header("references")).Distinct());
        Assert.Equal(["marketing Sent", "sales Sent"], await world.OutcomesAsync(Id("oneEach")));
        Assert.Equal(AlertOutcome.Sent, (await world.AlertAsync(Id("oneEach"))).Fate);
    }

    [Fact]
    public async Task A_mail_leads_to_the_record_where_the_story_is_as_long_as_no_handoff_gave_a_link()
    {
        await using var world = await WorldAsync(connectors: [new FakeMarketing()]);
        await world.LeadAsync(Id("linked"), Known("hubspot", "4711"));
        await world.SweepAsync(Due);

        await world.SendAsync(Open);

        Assert.All(world.Server.Sent, mail => Assert.Contains("https://hubspot.example.com/4711", mail.Text, StringComparison.Ordinal));
        Assert.Equal(2, world.Server.Sent.Count);
    }

    [Fact]
    public async Task Alerts_above_the_limit_of_an_hour_wait_in_their_mailboxes_and_ops_hear_of_it()
    {
        await using var world = await WorldAsync("--Outward:AlertsPerHour=1", "--Ops:Recipients=ops@example.com");
        await world.LeadAsync(Id("held"));
        await world.SweepAsync(Due);

        await world.SendAsync(Open);
        await world.SendAsync(Open.AddMinutes(10));

        Assert.Single(world.Server.Sent, mail => !mail.Recipients.Contains("ops@example.com"));
        Assert.Contains("The alerts to mail are held", Assert.Single(world.Server.To("ops@example.com")).Text, StringComparison.Ordinal);
        await world.SendAsync(Due.AddHours(1));
        Assert.Equal(["marketing Sent", "sales Sent"], await world.OutcomesAsync(Id("held")));
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 2)]
    [InlineData(31, 2)]
    public async Task The_first_alert_waits_for_others_to_come_with_it(int seconds, int mails)
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id($"first{seconds}"));
        await world.SweepAsync(Due);

        await world.SendAsync(Due.AddSeconds(seconds));

        Assert.Equal(mails, world.Server.Sent.Count);
    }

    [Theory]
    [InlineData(299, 1)]
    [InlineData(300, 2)]
    [InlineData(301, 2)]
    public async Task The_next_mail_waits_for_the_next_window(int seconds, int mails)
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id($"next{seconds}"));
        await world.SweepAsync(Due);
        await world.SendAsync(Open);
        await world.LeadAsync(Id($"late{seconds}"));
        await world.SweepAsync(Open);

        await world.SendAsync(Open.AddSeconds(seconds));

        Assert.Equal(mails, world.Server.To("sales@example.com").Count);
    }

    [Fact]
    public async Task Several_leads_are_one_digest_the_longest_first_with_the_rest_counted()
    {
        await using var world = await WorldAsync("--Alerts:MaxRows=2");
        await LeadNamedAsync(world, "late", "Late Ltd", Monday);
        await LeadNamedAsync(world, "later", "Later Ltd", Monday.AddHours(1));
        await LeadNamedAsync(world, "latest", "Latest Ltd", Monday.AddHours(2));
        await world.SweepAsync(Due.AddHours(2));

        await world.SendAsync(Open.AddHours(2));

        var mail = Assert.Single(world.Server.To("sales@example.com"));
        Assert.Equal("[3 leads waiting] Late Ltd, Later Ltd and 1 more", mail.Subject);
        Assert.Contains("3 leads wait, the longest first.", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Late Ltd\r\nInterest 2 d 2 h of 2 d: offer marketing help\r\nhttp://localhost:7071/api/alerts/", mail.Text, StringComparison.Ordinal);
        Assert.Contains("And 1 more.", mail.Text, StringComparison.Ordinal);
        Assert.Contains("And 1 more.", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Latest Ltd", mail.Text, StringComparison.Ordinal);
        foreach (var name in new[] { "late", "later", "latest" })
        {
            Assert.Equal(["marketing Grouped", "sales Grouped"], await world.OutcomesAsync(Id(name)));
        }
    }

    [Fact]
    public async Task A_lead_that_moved_on_before_the_mail_is_suppressed()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("moved"));
        await world.SweepAsync(Due);
        await world.Hub.LeadAsync(Id("moved"), Claim(FunnelStage.Evaluation, Due));

        await world.SendAsync(Open);

        Assert.Empty(world.Server.Sent);
        var alert = await world.AlertAsync(Id("moved"));
        Assert.Equal((AlertOutcome.Suppressed, "the lead has moved on"), (alert.Fate, alert.FateReason));
    }

    [Fact]
    public async Task Without_recipients_an_alert_is_suppressed_and_says_so()
    {
        await using var world = await MailWorld.CreateAsync(azurite, _clock, []);
        await world.LeadAsync(Id("nobody"));

        await world.SweepAsync(Due);

        var alert = await world.AlertAsync(Id("nobody"));
        Assert.Equal((AlertOutcome.Suppressed, "marketing has no recipients; sales has no recipients"), (alert.Fate, alert.FateReason));
    }

    [Fact]
    public async Task A_repeated_event_tells_nobody_twice()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("repeat"));
        await world.SweepAsync(Due);
        var stalled = (await world.Hub.EventsAsync<LeadStalled>("alerts")).Single(stalled => stalled.LeadId == Id("repeat"));

        for (var minutes = 1; minutes < 60; minutes += 10)
        {
            await world.Hub.Get<AlertFlow>().HandleAsync(stalled, TestContext.Current.CancellationToken);
            await world.SendAsync(Due.AddMinutes(minutes));
        }

        Assert.Equal(2, world.Server.Sent.Count);
    }

    [Fact]
    public async Task A_mail_that_is_repeated_after_a_crash_has_the_same_id_and_words_and_nothing_follows()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("crash"));
        await world.LeadAsync(Id("crashToo"));
        await world.SweepAsync(Due);
        world.Server.CrashesAfterSending = true;
        await world.SendAsync(Open);
        world.Server.CrashesAfterSending = false;
        await world.LeadAsync(Id("later"));
        await world.SweepAsync(Open);

        await world.SendAsync(Open.AddSeconds(10));
        await world.SendAsync(Open.AddSeconds(20));

        var mails = world.Server.To("sales@example.com");
        Assert.Equal(2, mails.Count);
        Assert.Equal((mails[0].MessageId, mails[0].ThreadId, mails[0].Subject, mails[0].Text, mails[0].Html), (mails[1].MessageId, mails[1].ThreadId, mails[1].Subject, mails[1].Text, mails[1].Html));
        Assert.Equal(["marketing Grouped", "sales Grouped"], await world.OutcomesAsync(Id("crash")));
    }

    [Fact]
    public async Task A_crash_between_the_sending_and_the_last_fate_loses_nobody_and_tells_nobody_twice()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("half"));
        await world.LeadAsync(Id("halfToo"));
        await world.SweepAsync(Due);
        await world.SendAsync(Open);
        var store = world.Hub.Get<MailboxStore>();
        var alert = await world.AlertAsync(Id("half"));
        await store.PutAsync(new() { RecipientGroup = new("sales"), LeadId = Id("half"), AlertId = alert.Id, PutAt = Open }, TestContext.Current.CancellationToken);

        await world.SendAsync(Open.AddMinutes(10));

        Assert.Equal(2, world.Server.Sent.Count);
        Assert.Empty(await world.MailboxesAsync());
    }

    [Fact]
    public async Task Two_instances_never_send_the_same_window_twice()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("two"));
        await world.SweepAsync(Due);
        _clock.AdjustTime(Open);
        var (other, begun) = (world.FlowWith(world.Server), 0);
        world.Server.WhileSending = () => Interlocked.Increment(ref begun) == 1 ? other.SendDueAsync(TestContext.Current.CancellationToken) : Task.CompletedTask;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.FlowWith(world.Server).SendDueAsync(TestContext.Current.CancellationToken)));

        Assert.Single(world.Server.To("sales@example.com"));
        Assert.Single(world.Server.To("marketing@example.com"));
    }

    [Fact]
    public async Task A_server_that_is_away_makes_mail_wait_and_is_told_as_failing()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("away"));
        await world.SweepAsync(Due);
        world.Server.Fails = _ => new MailUnavailableException("mail", "busy.");
        await world.SendAsync(Open);
        var (whileAway, state) = ((await world.AlertAsync(Id("away"))).Fate, (await world.Hub.Get<ConnectorStateStore>().GetAllAsync(TestContext.Current.CancellationToken))[ConnectorState.Mail]);
        world.Server.Fails = _ => null;

        await world.SendAsync(Open.AddSeconds(29));
        var tooEarly = world.Server.Sent.Count;
        await world.SendAsync(Open.AddSeconds(30));

        Assert.Equal((AlertOutcome.Pending, true, 0), (whileAway, state.Failing, tooEarly));
        Assert.Equal(2, world.Server.Sent.Count);
    }

    [Fact]
    public async Task A_mail_that_may_have_arrived_is_sent_again_as_it_was_and_one_that_has_not_is_written_anew()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("maybe"));
        await world.SweepAsync(Due);
        world.Server.Fails = mail => new MailUnavailableException("mail", "no answer.") { MayHaveTaken = mail.Recipients.Contains("sales@example.com") };
        await world.SendAsync(Open);
        await world.SendAsync(Open.AddMinutes(1));
        await world.Hub.LeadAsync(Id("maybe"), Claim(FunnelStage.Evaluation, Open));
        world.Server.Fails = _ => null;

        await world.SendAsync(Open.AddMinutes(2));

        Assert.Single(world.Server.To("sales@example.com"));
        Assert.Empty(world.Server.To("marketing@example.com"));
        Assert.Equal(["marketing Suppressed", "sales Sent"], await world.OutcomesAsync(Id("maybe")));
    }

    [Fact]
    public async Task Who_is_mailed_while_the_lead_moves_on_hears_of_that_too()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("meanwhile"));
        await world.SweepAsync(Due);
        world.Server.WhileSending = () => world.Hub.LeadAsync(Id("meanwhile"), Claim(FunnelStage.Evaluation, Open));
        await world.SendAsync(Open);
        world.Server.WhileSending = () => Task.CompletedTask;
        await world.TakeAsync();

        await world.SendAsync(Open.AddMinutes(6));
        await world.SendAsync(Open.AddMinutes(12));

        var mails = world.Server.To("marketing@example.com");
        Assert.Equal("[Moved on] Engines Ltd", Assert.Single(mails.Skip(1)).Subject);
    }

    [Fact]
    public async Task A_lead_that_cannot_be_read_holds_back_nobody_elses_mail()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("readable"));
        await world.SweepAsync(Due);
        var journeys = await world.Hub.Get<HubTables>().GetAsync(HubTables.Journeys, TestContext.Current.CancellationToken);
        await journeys.UpsertEntityAsync(new TableEntity(Id("broken").Value, $"journey-{Id("broken")}") { ["Format"] = 99 }, cancellationToken: TestContext.Current.CancellationToken);
        await world.Hub.Get<MailboxStore>().PutAsync(new() { RecipientGroup = new("sales"), LeadId = Id("broken"), AlertId = "any", PutAt = Due }, TestContext.Current.CancellationToken);

        await world.SendAsync(Open);

        Assert.Single(world.Server.To("sales@example.com"));
    }

    [Fact]
    public async Task What_was_held_in_quiet_hours_is_inhibited_after_them_while_a_tool_is_down()
    {
        await using var world = await WorldAsync("--Teams:sales:QuietHours=08:00-12:00");
        await world.LeadAsync(Id("heldToo"), Known("hubspot", "heldToo"));
        await world.SweepAsync(Due);
        var alert = await world.AlertAsync(Id("heldToo"));
        await world.Hub.Get<MailboxStore>().NoteAsync(
            [(new() { RecipientGroup = new("sales"), LeadId = Id("heldToo"), AlertId = alert.Id, PutAt = Due }, new() { RecipientGroup = new("sales"), LeadId = Id("heldToo"), AlertId = alert.Id, PutAt = Due, Noted = AlertOutcome.Inhibited, WaitsFor = Outage.Inbound })], TestContext.Current.CancellationToken);
        await world.Hub.Get<OutageStore>().SaveAsync(
            new() { Connector = Outage.Inbound, Kind = OutageKind.Backlog, Since = Monday, SeenAt = Monday, Reported = true, WorksSince = Due.AddHours(4) }, TestContext.Current.CancellationToken);
        await world.SendAsync(Open);
        var inQuietHours = await world.OutcomesAsync(Id("heldToo"));

        await world.SendAsync(Due.AddHours(4));

        Assert.Contains("sales Held", inQuietHours, StringComparer.Ordinal);
        Assert.Contains("sales Inhibited", await world.OutcomesAsync(Id("heldToo")), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_is_refused_ends_as_failed_ops_hear_of_it_once_and_the_other_team_is_told()
    {
        await using var world = await WorldAsync("--Ops:Recipients=ops@example.com");
        await world.LeadAsync(Id("refused"));
        await world.SweepAsync(Due);
        world.Server.Fails = mail => mail.Recipients.Contains("marketing@example.com") ? new MailRefusedException("mail", "550") : null;

        await world.SendAsync(Open);
        await world.SendAsync(Open.AddMinutes(10));
        await world.SendAsync(Open.AddMinutes(20));

        Assert.Equal(["marketing Failed", "sales Sent"], await world.OutcomesAsync(Id("refused")));
        Assert.Equal(AlertOutcome.Failed, (await world.AlertAsync(Id("refused"))).Fate);
        Assert.Equal("[IntegrationHub] Mail to marketing is refused", Assert.Single(world.Server.To("ops@example.com")).Subject);
    }

    [Fact]
    public async Task In_quiet_hours_mail_is_held_and_comes_as_one_at_their_end()
    {
        await using var world = await WorldAsync("--Teams:sales:QuietHours=18:00-08:00");
        var evening = new DateTimeOffset(2026, 3, 4, 19, 0, 0, TimeSpan.Zero);
        await world.Hub.LeadAsync(Id("night"), Claim(FunnelStage.Interest, evening.AddDays(-2)));
        await world.Hub.LeadAsync(Id("nightToo"), Claim(FunnelStage.Interest, evening.AddDays(-2).AddHours(3)));
        await world.SweepAsync(evening);
        await world.SendAsync(evening.AddMinutes(1));
        await world.SweepAsync(evening.AddHours(3));
        await world.SendAsync(evening.AddHours(3).AddMinutes(10));
        var held = await world.OutcomesAsync(Id("night"));
        await world.SendAsync(new DateTimeOffset(2026, 3, 5, 7, 59, 59, TimeSpan.Zero));
        var beforeEight = world.Server.To("sales@example.com").Count;

        await world.SendAsync(new DateTimeOffset(2026, 3, 5, 8, 0, 0, TimeSpan.Zero));

        Assert.Equal(["marketing Sent", "sales Held"], held);
        Assert.Equal(0, beforeEight);
        Assert.StartsWith("[2 leads waiting]", Assert.Single(world.Server.To("sales@example.com")).Subject, StringComparison.Ordinal);
        Assert.Equal(["marketing Sent", "sales Grouped"], await world.OutcomesAsync(Id("night")));
    }

    [Fact]
    public async Task Who_was_told_hears_once_that_the_lead_has_moved_on_and_nobody_else_does()
    {
        await using var world = await WorldAsync("--Teams:sales:QuietHours=08:00-07:59");
        await world.LeadAsync(Id("resolved"));
        await world.SweepAsync(Due);
        await world.SendAsync(Open);
        _clock.AdjustTime(Open.AddMinutes(1));
        await world.Hub.LeadAsync(Id("resolved"), Claim(FunnelStage.Evaluation, Open));
        await world.TakeAsync();
        await world.SendAsync(Open.AddMinutes(20));
        await world.Hub.Get<AlertFlow>().HandleAsync((await world.Hub.EventsAsync<StallResolved>("alerts")).Single(resolved => resolved.LeadId == Id("resolved")), TestContext.Current.CancellationToken);

        await world.SendAsync(Open.AddMinutes(40));

        var mails = world.Server.To("marketing@example.com");
        Assert.Equal(2, mails.Count);
        Assert.Equal("[Moved on] Engines Ltd", mails[1].Subject);
        Assert.Contains("Engines Ltd is on Evaluation now.", mails[1].Text, StringComparison.Ordinal);
        Assert.Equal(mails[0].ThreadId, mails[1].ThreadId);
        Assert.Empty(world.Server.To("sales@example.com"));
        Assert.Equal(["marketing Sent", "sales Held"], await world.OutcomesAsync(Id("resolved")));
    }

    [Fact]
    public async Task A_tool_that_takes_no_credentials_any_more_is_told_to_ops_with_the_next_sweep_and_once()
    {
        var salesforce = new FakeSource("salesforce", rows: 0) { Fails = new ConnectorNeedsAuthorizationException("salesforce", "invalid_grant") };
        await using var world = await MailWorld.CreateAsync(azurite, _clock, [salesforce], "--Ops:Recipients=ops@example.com");
        for (var minute = 0; minute < 30; minute += 5)
        {
            _clock.AdjustTime(Monday.AddMinutes(minute));
            await world.Hub.Get<PollFlow>().PollAllAsync(TestContext.Current.CancellationToken);
            await world.SendAsync(_clock.GetUtcNow());
            Assert.Equal("[IntegrationHub] Blind for salesforce since 2 Mar 2026 09:00 UTC", Assert.Single(world.Server.Sent).Subject);
        }

        Assert.Contains("Salesforce needs authorization.", world.Server.Sent[0].Text, StringComparison.Ordinal);
        Assert.Contains("Connectors:salesforce", world.Server.Sent[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_about_a_lead_waits_for_its_tool_before_the_outage_is_noted()
    {
        var salesforce = new FakeSource("salesforce", rows: 0) { Fails = new ConnectorNeedsAuthorizationException("salesforce", "invalid_grant") };
        await using var world = await WorldAsync([salesforce]);
        await world.LeadAsync(Id("notNoted"), Known("salesforce", "notNoted"));
        await world.SweepAsync(Due);
        await world.Hub.Get<PollFlow>().PollAllAsync(TestContext.Current.CancellationToken);
        _clock.AdjustTime(Open);

        await world.FlowWith(world.Server).SendDueAsync(TestContext.Current.CancellationToken);

        Assert.Empty(world.Server.Sent);
        Assert.Equal((AlertOutcome.Inhibited, "salesforce needs authorization"), ((await world.AlertAsync(Id("notNoted"))).Fate, (await world.AlertAsync(Id("notNoted"))).FateReason));
        Assert.Empty(await world.Hub.Get<OutageStore>().GetAllAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task When_the_queue_does_not_answer_ops_are_told_and_no_team_is()
    {
        await using var world = await WorldAsync("--Ops:Recipients=ops@example.com");
        await world.LeadAsync(Id("noQueue"));
        await world.SweepAsync(Due);
        var gone = new ServiceBusClient(world.Hub.Get<IConfiguration>()["ServiceBus"]!);
        await gone.DisposeAsync();
        var services = world.Hub.Get<IServiceProvider>();
        var watch = ActivatorUtilities.CreateInstance<OutageWatch>(services, new QueueProbe(new(gone)));
        var outages = ActivatorUtilities.CreateInstance<OutageFlow>(services, watch);
        var mails = world.FlowWith(world.Server, watch);

        foreach (var seconds in new[] { 0, 59, 60, 120 })
        {
            _clock.AdjustTime(Open.AddSeconds(seconds));
            await outages.DetectAsync(TestContext.Current.CancellationToken);
            await mails.SendDueAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("[IntegrationHub] Blind for all tools since 4 Mar 2026 09:00 UTC", Assert.Single(world.Server.Sent).Subject);
        Assert.Contains("The queue does not answer.", world.Server.Sent[0].Text, StringComparison.Ordinal);
        Assert.Equal(AlertOutcome.Inhibited, (await world.AlertAsync(Id("noQueue"))).Fate);
    }

    [Fact]
    public async Task A_webhook_that_is_silent_for_long_is_told_to_ops_by_its_address_and_once()
    {
        await using var world = await MailWorld.CreateAsync(azurite, _clock, [new FakeHook()], "--Ops:Recipients=ops@example.com");
        for (var day = 0; day < 10; day++)
        {
            _clock.AdjustTime(Monday.AddDays(day));
            world.Hub.Get<ConnectorStateStore>().Worked("hubspot", _clock.GetUtcNow());
        }

        await world.SendAsync(Monday.AddDays(12));
        var tooEarly = world.Server.Sent.Count;
        await world.SendAsync(Monday.AddDays(12).AddSeconds(1));
        await world.SendAsync(Monday.AddDays(20));

        Assert.Equal(0, tooEarly);
        Assert.Contains("http://localhost:7071/api/webhooks/hubspot", Assert.Single(world.Server.Sent).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_to_ops_that_is_repeated_after_a_crash_has_the_same_id_and_words()
    {
        await using var world = await WorldAsync("--Ops:Recipients=ops@example.com");
        await world.Hub.Get<NoticeStore>().OpenAsync(new("flip", "A breaker\r\nhas tripped", ["salesforce rewrites <phone>."]), TestContext.Current.CancellationToken);
        world.Server.CrashesAfterSending = true;
        await world.SendAsync(Due);
        world.Server.CrashesAfterSending = false;

        await world.SendAsync(Due.AddMinutes(1));
        var whileClaimed = world.Server.Sent.Count;
        await world.SendAsync(Due.AddMinutes(2));
        await world.SendAsync(Due.AddMinutes(3));

        Assert.Equal((1, 2), (whileClaimed, world.Server.Sent.Count));
        Assert.Equal((world.Server.Sent[0].MessageId, world.Server.Sent[0].Text, world.Server.Sent[0].Html), (world.Server.Sent[1].MessageId, world.Server.Sent[1].Text, world.Server.Sent[1].Html));
        Assert.Equal("[IntegrationHub] A breaker has tripped", world.Server.Sent[0].Subject);
        Assert.Contains("salesforce rewrites &lt;phone&gt;.", world.Server.Sent[0].Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mails_to_ops_are_grouped_as_others_are()
    {
        await using var world = await WorldAsync("--Ops:Recipients=ops@example.com");
        var notices = world.Hub.Get<NoticeStore>();
        await notices.OpenAsync(new("first", "First", ["One."]), TestContext.Current.CancellationToken);
        await world.SendAsync(Due);
        await notices.OpenAsync(new("second", "Second", ["Two."]), TestContext.Current.CancellationToken);
        await notices.OpenAsync(new("third", "Third", ["Three."]), TestContext.Current.CancellationToken);

        await world.SendAsync(Due.AddMinutes(1));
        var soon = world.Server.Sent.Count;
        await world.SendAsync(Due.AddMinutes(5));
        await world.SendAsync(Due.AddMinutes(30));

        Assert.Equal((1, 2), (soon, world.Server.Sent.Count));
        Assert.Equal("[IntegrationHub] 2 matters: Second", world.Server.Sent[1].Subject);
        Assert.All(new[] { "Two.", "Three." }, line => Assert.Contains(line, world.Server.Sent[1].Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_waits_about_an_erased_person_is_forgotten_with_them()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("forgotten"));
        await world.LeadAsync(Id("kept"));
        await world.SweepAsync(Due);
        world.Server.CrashesAfterSending = true;
        await world.SendAsync(Open);
        var store = world.Hub.Get<MailboxStore>();

        await store.EraseAsync(Id("forgotten"), TestContext.Current.CancellationToken);

        var left = await world.MailboxesAsync();
        Assert.All(left, mailbox => Assert.Null(mailbox.Window.Batch));
        Assert.All(left, mailbox => Assert.Equal(Id("kept"), Assert.Single(mailbox.Entries).LeadId));
    }

    [Fact]
    public async Task The_running_hub_mails_a_stalled_lead()
    {
        await using var server = await MailServer.StartAsync();
        await using var world = await WorldAsync("--Schedules:DetectStalls=* * * * * *", "--Schedules:SendMails=* * * * * *", "--Alerts:GroupWait=0", $"--Mail:Smtp:Port={server.Port}");
        await world.Hub.StartAsync();
        await world.Hub.LeadAsync(Id("running"), Claim(FunnelStage.Interest, Monday), Profile(new LeadProfile { Company = "Running Ltd" }));
        _clock.AdjustTime(Due);

        await Eventually.TrueAsync(() => server.Mails.Count(mail => mail.Subject.Contains("Running Ltd", StringComparison.Ordinal)) == 2, "both teams had their mail");
    }

    private Task<MailWorld> WorldAsync(params string[] settings) => WorldAsync([], settings);

    private Task<MailWorld> WorldAsync(IConnector[] connectors, params string[] settings) =>
        MailWorld.CreateAsync(azurite, _clock, connectors, [.. MailWorld.BothTeams, .. settings]);

    private static Task LeadNamedAsync(MailWorld world, string id, string company, DateTimeOffset since) =>
        world.Hub.LeadAsync(Id(id), Claim(FunnelStage.Interest, since), Profile(new LeadProfile { Company = company }));
}
