using System.Net;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Tests.Identity;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Ops;

/// <summary>Replays and purges that take more than one run.</summary>
public sealed class DeadLetterJobTests(Azurite azurite)
{
    private const string By = "key:test";

    private static readonly QueueEntity Inbound = QueueProbe.Entities[0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replay_of_many_goes_on_run_by_run_until_each_was_sent_again_once()
    {
        await using var hub = await NewHubAsync(new HastyClock());
        await GiveUpAsync(hub, "unreadable", Numbers(60));

        var job = (await StartAsync(hub, new(Inbound, null, null, DryRun: false)))!;
        var (first, runs) = (job, 1);
        for (; !job.IsOver && runs < 20; runs++)
        {
            await hub.Get<DeadLetterFlow>().RunAsync(Token);
            job = (await hub.Get<DeadLetterFlow>().FindAsync(job.Id, Token))!;
        }

        Assert.Equal(DeadLetterState.Working, first.State);
        Assert.InRange(first.Handled, 1, 59);
        Assert.True(runs > 2);
        Assert.Equal((DeadLetterState.Done, 60, 60, 60), (job.State, job.Looked, job.Matched, job.Handled));
        Assert.Equal(Numbers(60), await SentAgainAsync(hub));
        Assert.Empty(await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter));
    }

    [Fact]
    public async Task What_lies_behind_more_than_can_be_locked_is_reached_and_nothing_of_the_rest_is_lost()
    {
        var others = DeadLetterWorker.HeldAtMost + 150;
        await using var hub = await NewHubAsync(new StillTimeProvider(Monday));
        await GiveUpAsync(hub, "unreadable", Numbers(others));
        await GiveUpAsync(hub, "gave-up", ["behind"]);

        var behind = await StartAsync(hub, new(Inbound, "gave-up", null, DryRun: false));
        var sent = await SentAgainAsync(hub);
        var aside = (await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Count(message => message.State == ServiceBusMessageState.Deferred);
        var counted = await hub.Get<DeadLetterFlow>().CountAsync(new(Inbound, null, null, DryRun: true), Token);
        var rest = await StartAsync(hub, new(Inbound, "unreadable", null, DryRun: false));

        Assert.Equal((DeadLetterState.Done, 1), (behind!.State, behind.Handled));
        Assert.Equal(["behind"], sent);
        Assert.InRange(aside, 1, others);
        Assert.Equal(others, counted.Matched);
        Assert.Equal((DeadLetterState.Done, others, others), (rest!.State, rest.Matched, rest.Handled));
        Assert.Equal(Numbers(others).Append("behind").Order(StringComparer.Ordinal), await SentAgainAsync(hub));
        Assert.Empty(await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter));
    }

    [Fact]
    public async Task A_job_of_an_instance_that_stopped_is_taken_over_by_one_other_and_repeats_nothing()
    {
        var clock = new StillTimeProvider(Monday);
        await using var hub = await NewHubAsync(clock);
        await GiveUpAsync(hub, "unreadable", Numbers(9));
        var letters = await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter);
        var stopped = new DeadLetterJob("0000000a", DeadLetterAction.Replay, "inbound", null, null, By, Monday) { Through = letters[^1].SequenceNumber };
        await hub.Get<DeadLetterJobStore>().TryAddAsync(stopped, Token);
        await hub.Get<InboundQueue>().Sender.SendMessageAsync(DeadLetterRules.CopyOf(letters[0], Inbound), Token);

        await hub.Get<DeadLetterFlow>().RunAsync(Token);
        var leased = await SentAgainAsync(hub);
        clock.AdjustTime(Monday.AddMinutes(3));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => hub.Get<DeadLetterFlow>().RunAsync(Token)));

        Assert.Equal([Numbers(1)[0]], leased);
        Assert.Equal(Numbers(9), await SentAgainAsync(hub));
        var job = (await hub.Get<DeadLetterFlow>().FindAsync(stopped.Id, Token))!;
        Assert.Equal((DeadLetterState.Done, 9, 9), (job.State, job.Matched, job.Handled));
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_the_job_to_the_timer()
    {
        await using var hub = await NewHubAsync(new StillTimeProvider(Monday), "--Hub:ReplayPerSecond=20");
        await GiveUpAsync(hub, "unreadable", Numbers(20));
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = hub.Get<DeadLetterFlow>().StartAsync(new(Inbound, null, null, DryRun: false), null, By, impatient.Token);
        await Eventually.TrueAsync(async () => (await SentAgainAsync(hub)).Count > 0, "the replay has begun");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await hub.Get<DeadLetterFlow>().RunAsync(Token);

        Assert.Equal(Numbers(20), await SentAgainAsync(hub));
        Assert.Equal(DeadLetterState.Done, Assert.Single(await hub.Get<DeadLetterFlow>().JobsAsync(Token)).State);
    }

    [Fact]
    public async Task A_purge_leaves_what_was_given_up_after_it_was_asked_for()
    {
        await using var hub = await NewHubAsync(new HastyClock());
        await GiveUpAsync(hub, "unreadable", Numbers(3));
        var job = new DeadLetterJob("0000000b", DeadLetterAction.Purge, "inbound", null, null, By, Monday)
        {
            Why = "test",
            Through = await hub.Get<DeadLetterQueue>().LastAsync(Inbound, Token),
        };
        var added = (await hub.Get<DeadLetterJobStore>().TryAddAsync(job, Token))!;
        await GiveUpAsync(hub, "unreadable", ["later"]);

        var done = await hub.Get<DeadLetterWorker>().RunAsync(added, 5_000, Token);

        Assert.Equal((DeadLetterState.Done, 3, 3), (done.State, done.Matched, done.Handled));
        Assert.Equal(["later"], (await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Select(message => message.MessageId));
        Assert.Empty(await hub.MessagesAsync("inbound", null));
    }

    [Fact]
    public async Task A_purge_names_its_reason_and_the_audit_keeps_who_why_and_how_many()
    {
        await using var hub = await NewHubAsync(new StillTimeProvider(Monday));
        await GiveUpAsync(hub, "unreadable", Numbers(4));
        await GiveUpAsync(hub, "gave-up", ["kept"]);
        await hub.StartAsync();
        using var api = new HubClient(hub);

        var (refused, _) = await api.PostAsync("/api/deadletters/purge", """{"entity":"inbound","reason":"unreadable"}""");
        var (wide, _) = await api.PostAsync("/api/deadletters/purge", """{"entity":"inbound","why":"test data"}""");
        var dry = await api.PostAsync("/api/deadletters/purge", """{"entity":"inbound","why":"test data","reason":"unreadable","dryRun":true}""");
        var done = await api.PostAsync("/api/deadletters/purge", """{"entity":"inbound","why":"test data","reason":"unreadable"}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (refused, wide));
        const string Report = """{"matched":4,"purged":0,"byReason":[{"reason":"unreadable","count":4,"byConnector":[{"connector":"hubspot","count":4}]}],"dryRun":true,"capped":false}""";
        Assert.Equal((HttpStatusCode.OK, Report), dry);
        Assert.Equal((HttpStatusCode.OK, Report.Replace("\"purged\":0", "\"purged\":4", StringComparison.Ordinal).Replace("true", "false", StringComparison.Ordinal)), done);
        Assert.Equal(["kept"], (await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Select(message => message.MessageId));
        var lines = (await hub.Get<AuditStore>().ReadAsync(Monday, Monday.AddDays(1), null, null, Token)).Lines;
        var ended = Assert.Single(lines, line => line.Outcome == "removed 4 of 4");
        Assert.Equal(("key:default", "PurgeDeadLetters"), (ended.Actor, ended.Action));
        Assert.Matches("^inbound [0-9a-f]{8} test data$", ended.Subject);
        Assert.Contains(lines, line => (line.Subject, line.Outcome) == ("inbound test data", "200"));
    }

    [Fact]
    public async Task Operators_watch_a_job_start_no_other_meanwhile_and_stop_it()
    {
        await using var hub = await NewHubAsync(new HastyClock());
        await GiveUpAsync(hub, "unreadable", Numbers(60));
        await hub.StartAsync();
        using var api = new HubClient(hub);

        var started = await api.PostAsync("/api/deadletters/replay", """{"entity":"inbound"}""");
        var same = await api.PostAsync("/api/deadletters/replay", """{"entity":"inbound"}""");
        var other = await api.PostAsync("/api/deadletters/replay", """{"entity":"inbound","reason":"unreadable"}""");
        var elsewhere = await api.PostAsync("/api/deadletters/replay", """{"entity":"funnel/alerts"}""");
        var id = JsonDocument.Parse(started.Body).RootElement.GetProperty("job").GetString();
        var path = $"/api/deadletters/jobs/{id}";
        var shown = await api.GetAsync(path);
        var stopped = await api.DeleteAsync(path);
        await hub.Get<DeadLetterFlow>().RunAsync(Token);
        var left = (await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Count;

        Assert.Equal(
            (HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict, HttpStatusCode.OK),
            (started.Status, same.Status, other.Status, elsewhere.Status));
        Assert.Equal(("working", 60, "key:default"), (shown.GetProperty("state").GetString(), shown.GetProperty("matched").GetInt32(), shown.GetProperty("by").GetString()));
        Assert.Equal(HttpStatusCode.OK, stopped);
        var listed = (await api.GetAsync("/api/deadletters/jobs")).GetProperty("jobs").EnumerateArray().Single(each => each.GetProperty("id").GetString() == id);
        Assert.Equal(("stopped", 60 - left), (listed.GetProperty("state").GetString(), listed.GetProperty("handled").GetInt32()));
        Assert.InRange(left, 1, 59);
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync("/api/deadletters/jobs/none"));
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/api/deadletters/replay", """{"entity":"inbound","reason":"unreadable"}""")).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public async Task The_last_dead_letter_is_found_without_a_look_at_all(int count)
    {
        await using var hub = await NewHubAsync(new StillTimeProvider(Monday));
        await GiveUpAsync(hub, "unreadable", Numbers(count));
        var letters = await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter);

        Assert.Equal(count == 0 ? 0 : letters[^1].SequenceNumber, await hub.Get<DeadLetterQueue>().LastAsync(Inbound, Token));
    }

    [Fact]
    public async Task Jobs_that_are_long_over_are_removed()
    {
        var clock = new StillTimeProvider(Monday);
        await using var hub = await NewHubAsync(clock);
        await StartAsync(hub, new(Inbound, null, null, DryRun: false));
        clock.AdjustTime(Monday.AddDays(29));
        await hub.Get<DeadLetterFlow>().RunAsync(Token);
        var kept = (await hub.Get<DeadLetterFlow>().JobsAsync(Token)).Count;

        clock.AdjustTime(Monday.AddDays(31));
        await hub.Get<DeadLetterFlow>().RunAsync(Token);

        Assert.Equal(1, kept);
        Assert.Empty(await hub.Get<DeadLetterFlow>().JobsAsync(Token));
    }

    private Task<TestHub> NewHubAsync(TimeProvider clock, string setting = "--Hub:ReplayPerSecond=1000") =>
        TestHub.CreateAsync(azurite, clock, [], setting, "--AzureWebJobs.ProcessInbound.Disabled=true");

    private static Task<DeadLetterJob?> StartAsync(TestHub hub, ReplayOrder order) => hub.Get<DeadLetterFlow>().StartAsync(order, null, By, Token);

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => $"m{number:0000}")];

    /// <summary>The dead letters that were sent again, each as often as it was.</summary>
    private static async Task<IReadOnlyList<string>> SentAgainAsync(TestHub hub) =>
    [
        .. (await hub.MessagesAsync("inbound", null)).Select(message => (string)message.ApplicationProperties["replayOf"]).Order(StringComparer.Ordinal),
    ];

    private static async Task GiveUpAsync(TestHub hub, string reason, IReadOnlyList<string> ids)
    {
        await hub.Get<InboundQueue>().Sender.SendMessagesAsync(
            ids.Select(id => new ServiceBusMessage("a body") { MessageId = id, ApplicationProperties = { ["connector"] = "hubspot" } }), Token);
        await using var receiver = hub.Get<ServiceBusClient>().CreateReceiver(Inbound.Path);
        for (var left = ids.Count; left > 0;)
        {
            var received = await receiver.ReceiveMessagesAsync(left, TimeSpan.FromSeconds(10), Token);
            Assert.NotEmpty(received);
            left -= received.Count;
            await Task.WhenAll(received.Select(message => receiver.DeadLetterMessageAsync(message, reason, "for the test", Token)));
        }
    }
}
