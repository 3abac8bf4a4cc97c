using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Handoffs;

public sealed class NoteFlowTests
{
    private readonly Azurite _azurite;
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly FakeCrm _crm = new();
    private readonly FakeMarketing _hubspot;

    public NoteFlowTests(Azurite azurite) => (_azurite, _hubspot) = (azurite, new FakeMarketing { Clock = _clock });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_return_reaches_marketings_tool_with_its_reason_and_the_brief_of_the_way_back()
    {
        await using var hub = await NewHubAsync();
        var (returned, back) = await ReturnedAsync(hub, "reason");

        await hub.Get<NoteFlow>().WriteAsync(returned, Token);
        await hub.Get<NoteFlow>().WriteAsync(back, Token);

        var reason = _hubspot.Notes[$"return {returned.HandoffId}"];
        Assert.Equal(("no budget", "sales gave the lead back: no budget"), (reason.ReturnReason, reason.Lines[0]));
        var brief = _hubspot.Notes[$"brief {back.HandoffId}"];
        Assert.Equal("Ada, Engines Ltd", brief.Lines[0]);
        Assert.Contains("Why now: sales gave the lead back: no budget", brief.Lines);
        Assert.Contains("- hubspot: https://hubspot.example.com/reason", brief.Lines);
    }

    [Fact]
    public async Task What_is_noted_is_told_and_not_asked_for_again()
    {
        await using var hub = await NewHubAsync();
        var (returned, _) = await ReturnedAsync(hub, "once");
        await hub.Get<NoteFlow>().WriteAsync(returned, Token);
        _hubspot.Fails = FakeCrm.Away("hubspot");

        await hub.Get<NoteFlow>().WriteAsync(returned, Token);

        var why = await hub.Get<LeadQuery>().ExplainAsync(returned.LeadId, Token);
        Assert.Single(why!.Steps, step => (step.Step, step.Rule, step.Target) == (WhyStepKind.Written, "return-reason-noted", "hubspot"));
    }

    [Fact]
    public async Task A_tool_that_is_away_is_asked_again_later()
    {
        await using var hub = await NewHubAsync();
        var (returned, _) = await ReturnedAsync(hub, "away");
        _hubspot.Fails = FakeCrm.Away("hubspot");

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<NoteFlow>().WriteAsync(returned, Token));
        _hubspot.Fails = null;
        await hub.Get<NoteFlow>().WriteAsync(returned, Token);

        Assert.Single(_hubspot.Notes);
    }

    [Fact]
    public async Task A_note_that_the_tool_has_although_its_answer_was_lost_is_not_written_a_second_time()
    {
        await using var hub = await NewHubAsync();
        var (returned, _) = await ReturnedAsync(hub, "lost");
        _hubspot.LosesAnswers = true;
        _hubspot.ShownAfter = TimeSpan.FromSeconds(30);

        await Assert.ThrowsAsync<VendorUnavailableException>(() => hub.Get<NoteFlow>().WriteAsync(returned, Token));
        _hubspot.LosesAnswers = false;
        _clock.Advance(TimeSpan.FromSeconds(5));
        var early = await Assert.ThrowsAsync<ConnectorPausedException>(() => hub.Get<NoteFlow>().WriteAsync(returned, Token));
        _clock.Advance(early.Wait);
        await hub.Get<NoteFlow>().WriteAsync(returned, Token);

        Assert.Equal(TimeSpan.FromSeconds(115), early.Wait);
        Assert.Equal(1, _hubspot.Made);
        var handoff = (await hub.StateAsync(returned.LeadId)).Ledger.Handoffs.Single(each => each.Id == returned.HandoffId);
        Assert.Equal((1, 0), (handoff.Notes.Length, handoff.NotesBegun.Length));
    }

    [Fact]
    public async Task Two_workers_with_the_same_message_write_one_note()
    {
        await using var hub = await NewHubAsync();
        var (returned, _) = await ReturnedAsync(hub, "twice");
        var second = new TaskCompletionSource<Exception?>();
        _hubspot.WhileWriting = async () =>
        {
            _hubspot.WhileWriting = () => Task.CompletedTask;
            second.SetResult(await Record.ExceptionAsync(() => hub.Get<NoteFlow>().WriteAsync(returned, Token)));
        };

        await hub.Get<NoteFlow>().WriteAsync(returned, Token);

        Assert.IsType<ConnectorPausedException>(await second.Task);
        Assert.Equal(1, _hubspot.Made);
    }

    [Fact]
    public async Task Of_an_erased_person_nothing_is_noted()
    {
        await using var hub = await NewHubAsync();
        var (returned, back) = await ReturnedAsync(hub, "erased");
        await hub.Journeys.ApplyAsync(returned.LeadId, [Erased()], Token);

        await hub.Get<NoteFlow>().WriteAsync(returned, Token);
        await hub.Get<NoteFlow>().WriteAsync(back, Token);

        Assert.Empty(_hubspot.Notes);
    }

    [Fact]
    public async Task The_running_hub_notes_and_counts_a_return()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        var (returned, back) = await ReturnedAsync(hub, "running");

        await Eventually.TrueAsync(
            async () => (await hub.StateAsync(returned.LeadId)).Ledger.Handoffs.Sum(handoff => handoff.Notes.Length) == 2, "reason and brief were noted");

        Assert.Equal([$"brief {back.HandoffId}", $"return {returned.HandoffId}"], _hubspot.Notes.Keys.Order());
        Assert.Contains((await hub.Get<ReturnStore>().ListAsync(Monday, Monday.AddDays(1), PageRequest.First, Token)).Items, kept => kept.LeadId == returned.LeadId && kept.Reason == "no budget");
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(_azurite, _clock, [_crm, _hubspot]);

    private async Task<(LeadReturned Returned, HandoffAnnounced Back)> ReturnedAsync(TestHub hub, string name)
    {
        var lead = Id(name);
        await hub.LeadAsync(lead, Known("hubspot", name), Claim(FunnelStage.Evaluation, Monday), Profile(new LeadProfile { FirstName = "Ada", Company = "Engines Ltd" }));
        _clock.Advance(TimeSpan.FromHours(1));
        var handoffs = (await hub.LeadAsync(lead, Returned(_clock.GetUtcNow()))).Ledger.Handoffs;
        return (
            new() { Id = "r1", LeadId = lead, At = _clock.GetUtcNow(), Team = Team.Marketing, HandoffId = handoffs[0].Id },
            new() { Id = "r2", LeadId = lead, At = _clock.GetUtcNow(), Team = Team.Marketing, HandoffId = handoffs[1].Id });
    }
}
