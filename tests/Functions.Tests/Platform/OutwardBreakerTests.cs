using Azure;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>Effects outwards above a number an hour are held, told once, and go on.</summary>
public sealed class OutwardBreakerTests(Azurite azurite)
{
    private static readonly OutwardChannel Tasks = new("salesforce", OutwardKind.Tasks);

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_instances_together_never_pass_the_limit_and_leave_at_most_their_shares()
    {
        await using var hub = await NewHubAsync([]);
        using var one = Instance(hub, 100);
        using var two = Instance(hub, 100);
        using var three = Instance(hub, 100);

        var passed = await Task.WhenAll(Enumerable.Range(0, 300).Select(number => new[] { one, two, three }[number % 3].TryTakeAsync(Tasks, 1, Token)));

        Assert.InRange(passed.Count(each => each), 100 - (3 * 5), 100);
    }

    [Fact]
    public async Task Few_effects_cost_a_request_to_the_tables_and_a_held_one_costs_none()
    {
        await using var hub = await NewHubAsync([]);
        using var instance = Instance(hub, 100);
        using var counters = hub.Count();

        for (var effect = 0; effect < 100; effect++)
        {
            Assert.True(await instance.TryTakeAsync(Tasks, 1, Token));
        }

        Assert.InRange(counters["hub.table.requests"], 20 * 2, (20 * 2) + 2);
        Assert.False(await instance.TryTakeAsync(Tasks, 1, Token));
        var before = counters["hub.table.requests"];
        for (var effect = 0; effect < 100; effect++)
        {
            Assert.False(await instance.TryTakeAsync(Tasks, 1, Token));
        }

        Assert.Equal(before, counters["hub.table.requests"]);
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_counted()
    {
        await using var hub = await NewHubAsync([]);
        using var instance = Instance(hub, null);

        for (var effect = 0; effect < 100; effect++)
        {
            Assert.True(await instance.TryTakeAsync(Tasks, 1, Token));
        }

        Assert.Empty(await instance.ListAsync(Token));
    }

    [Fact]
    public async Task Tasks_above_the_limit_are_held_with_one_notice_and_go_on_after_a_restart_and_a_resume()
    {
        var crm = new FakeCrm();
        HandoffAnnounced[] announced;
        await using (var before = await NewHubAsync([crm], "--Outward:TasksPerHour=3"))
        {
            announced = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => AnnouncedAsync(before, $"lead{number}")));
            Assert.Equal(5, await DeliverAsync(before, announced));
        }

        await using var hub = await NewHubAsync([crm], "--Outward:TasksPerHour=3");
        Assert.Equal(5, await DeliverAsync(hub, announced));
        Assert.Equal(3, crm.Calls);
        var notice = Assert.Single(await hub.Get<NoticeStore>().PendingAsync(Token));
        Assert.Equal("The tasks to salesforce are held", notice.Notice.Subject);
        Assert.Contains((await hub.Get<HealthFlow>().CheckAsync(Token)).Problems, problem => problem.StartsWith("Tasks to salesforce are held", StringComparison.Ordinal));

        Assert.True(await hub.Get<OutwardBreaker>().ResumeAsync("salesforce", Token));

        Assert.Equal(0, await DeliverAsync(hub, announced));
        Assert.Equal((8, 8), (crm.Calls, crm.Records.Count));
        Assert.Empty(await hub.Get<NoticeStore>().PendingAsync(Token));
        Assert.DoesNotContain((await hub.Get<HealthFlow>().CheckAsync(Token)).Problems, problem => problem.Contains("held", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tool_that_is_away_does_not_use_up_the_hour()
    {
        var crm = new FakeCrm { Fails = call => call <= 9 ? FakeCrm.Away() : null };
        await using var hub = await NewHubAsync([crm], "--Outward:TasksPerHour=1");
        var announced = await AnnouncedAsync(hub, "patient");
        for (var attempt = 0; attempt < 9; attempt++)
        {
            await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<HandoffFlow>().DeliverAsync(announced, Token));
        }

        await hub.Get<HandoffFlow>().DeliverAsync(announced, Token);

        Assert.Single(crm.Records);
    }

    [Fact]
    public async Task Nobody_has_to_resume_each_hour_lets_the_limit_pass()
    {
        var crm = new FakeCrm();
        await using var hub = await NewHubAsync([crm], "--Outward:TasksPerHour=3");
        var announced = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => AnnouncedAsync(hub, $"lead{number}")));

        foreach (var (minutes, held) in new[] { (0, 5), (50, 5), (60, 2), (110, 2), (120, 0) })
        {
            _clock.AdjustTime(Monday.AddMinutes(minutes));
            Assert.Equal(held, await DeliverAsync(hub, announced));
            Assert.Equal(Monday, Assert.Single(await hub.Get<NoticeStore>().PendingAsync(Token)).OpenedAt);
        }

        Assert.Equal((8, 8), (crm.Calls, crm.Records.Count));
        _clock.AdjustTime(Monday.AddMinutes(180));
        Assert.Equal(0, await DeliverAsync(hub, [await AnnouncedAsync(hub, "later")]));
        Assert.Empty(await hub.Get<NoticeStore>().PendingAsync(Token));
    }

    [Fact]
    public async Task A_held_write_is_neither_planned_nor_noted_and_other_tools_are_written()
    {
        var (hubspot, mailchimp) = (new FakeMarketing(), new FakeMarketing("mailchimp"));
        await using var hub = await NewHubAsync([hubspot, mailchimp], "--Outward:WritesPerHour=1");
        var flow = hub.Get<WriteBackFlow>();
        await hub.Get<OutwardBreaker>().AcquireAsync(new("hubspot", OutwardKind.Writes), Token);
        hubspot.BeforePlanned = () => throw new InvalidOperationException("It must not be asked.");
        var lead = Id("written");
        await hub.LeadAsync(lead, Known("hubspot", "1"), Known("mailchimp", "2"), Claim(FunnelStage.Interest, Monday, "salesforce", ToolSide.Crm));
        var changed = new StageChanged { Id = "e1", LeadId = lead, At = Monday, Team = Team.Marketing, To = FunnelStage.Interest, Connector = "salesforce" };

        var held = await Assert.ThrowsAsync<OutwardHeldException>(() => flow.WriteBackAsync(changed, ToolSide.Marketing, Token));

        Assert.Equal("writes/hubspot", $"{held.Channel}");
        Assert.Equal("Interest", Assert.Single(mailchimp.Written).Value);
        Assert.DoesNotContain((await hub.StateAsync(lead)).Ledger.Writes, write => write.Connector == "hubspot");
    }

    [Fact]
    public async Task A_resume_reaches_the_other_instances_within_half_a_minute_and_no_other_connector()
    {
        await using var hub = await NewHubAsync([]);
        using var one = Instance(hub, 1);
        using var two = Instance(hub, 1);
        var other = Tasks with { Connector = "pipedrive" };
        await one.AcquireAsync(Tasks, Token);
        await one.AcquireAsync(other, Token);
        Assert.False(await two.TryTakeAsync(Tasks, 1, Token));

        Assert.False(await one.ResumeAsync("nobody", Token));
        Assert.True(await one.ResumeAsync("salesforce", Token));

        Assert.Equal((true, false), (await one.TryTakeAsync(Tasks, 1, Token), await two.TryTakeAsync(Tasks, 1, Token)));
        Assert.False(await one.TryTakeAsync(other, 1, Token));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await two.TryTakeAsync(Tasks, 1, Token));
        _clock.Advance(TimeSpan.FromMinutes(59.5));
        Assert.True(await one.TryTakeAsync(Tasks, 1, Token));
    }

    [Fact]
    public async Task An_effect_that_fails_after_its_hour_is_no_effect_more_in_the_next()
    {
        await using var hub = await NewHubAsync([]);
        using var instance = Instance(hub, 20);
        var failing = new TaskCompletionSource<int>();
        var effect = instance.RunAsync(Tasks, () => failing.Task, Token);
        await Task.WhenAll(Enumerable.Range(0, 19).Select(_ => instance.AcquireAsync(Tasks, Token)));
        _clock.Advance(TimeSpan.FromHours(1));
        await instance.AcquireAsync(Tasks, Token);
        failing.SetException(FakeCrm.Away());
        await Assert.ThrowsAsync<VendorUnavailableException>(() => effect);

        var passed = 1;
        while (await instance.TryTakeAsync(Tasks, 1, Token))
        {
            passed++;
        }

        Assert.Equal(20, passed);
    }

    [Fact]
    public async Task What_waits_is_still_counted_when_the_tables_did_not_take_the_count()
    {
        await using var hub = await NewHubAsync([]);
        using var instance = Instance(hub, 1);
        await instance.AcquireAsync(Tasks, Token);
        instance.NoteMoved(null, Tasks);
        var table = hub.Get<HubOptions>().TablePrefix + HubTables.Outward;
        await hub.Get<TableServiceClient>().DeleteTableAsync(table, Token);
        await Assert.ThrowsAnyAsync<RequestFailedException>(() => instance.TryTakeAsync(Tasks, 1, Token));
        await hub.Get<TableServiceClient>().CreateTableAsync(table, Token);

        await instance.TryTakeAsync(Tasks, 1, Token);

        Assert.Equal(1, Assert.Single(await instance.ListAsync(Token)).Waiting);
    }

    [Fact]
    public async Task Each_value_that_is_written_counts()
    {
        var hubspot = new FakeMarketing();
        await using var hub = await NewHubAsync([hubspot], "--Outward:WritesPerHour=1");
        foreach (var name in new[] { "first", "second" })
        {
            await hub.LeadAsync(Id(name), Known("hubspot", name), Claim(FunnelStage.Interest, Monday, "salesforce", ToolSide.Crm));
        }

        await hub.Get<WriteBackFlow>().WriteBackAsync(Changed("first"), ToolSide.Marketing, Token);
        await Assert.ThrowsAsync<OutwardHeldException>(() => hub.Get<WriteBackFlow>().WriteBackAsync(Changed("second"), ToolSide.Marketing, Token));

        Assert.Single(hubspot.Written);

        StageChanged Changed(string name) => new()
        {
            Id = name, LeadId = Id(name), At = Monday, Team = Team.Marketing, To = FunnelStage.Interest, Connector = "salesforce",
        };
    }

    [Fact]
    public async Task Messages_that_wait_are_counted_until_they_went()
    {
        await using var hub = await NewHubAsync([]);
        using var instance = Instance(hub, 1);
        await instance.AcquireAsync(Tasks, Token);

        instance.NoteMoved(null, Tasks);
        instance.NoteMoved(null, Tasks);
        instance.NoteMoved(Tasks, Tasks);
        Assert.False(await instance.TryTakeAsync(Tasks, 1, Token));
        instance.NoteMoved(Tasks, null);

        var view = Assert.Single(await instance.ListAsync(Token));
        Assert.Equal((Monday, 1), (view.HeldSince, view.Waiting));
        using var other = Instance(hub, 1);
        Assert.Equal(2, Assert.Single(await other.ListAsync(Token)).Waiting);
    }

    /// <summary>Delivers each; returns how many are held.</summary>
    private static async Task<int> DeliverAsync(TestHub hub, IEnumerable<HandoffAnnounced> announced)
    {
        var held = 0;
        foreach (var handoff in announced)
        {
            try
            {
                await hub.Get<HandoffFlow>().DeliverAsync(handoff, Token);
            }
            catch (OutwardHeldException)
            {
                held++;
            }
        }

        return held;
    }

    private static async Task<HandoffAnnounced> AnnouncedAsync(TestHub hub, string name)
    {
        var state = await hub.LeadAsync(Id(name), Claim(FunnelStage.Evaluation, Monday));
        return new() { Id = name, LeadId = Id(name), At = Monday, Team = Team.Sales, HandoffId = state.Ledger.Handoffs.Single().Id };
    }

    private OutwardBreaker Instance(TestHub hub, int? perHour) =>
        new(hub.Get<OutwardStore>(), hub.Get<NoticeStore>(), new() { TasksPerHour = perHour }, _clock);

    private Task<TestHub> NewHubAsync(IConnector[] connectors, params string[] settings) => TestHub.CreateAsync(azurite, _clock, connectors, settings);
}
