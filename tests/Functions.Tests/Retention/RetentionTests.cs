using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Retention;
using IntegrationHub.Functions.Tests.Archive;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging.Abstractions;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Retention;

/// <summary>What leaves by age: just before, at and after its time.</summary>
public sealed class RetentionTests(Azurite azurite)
{
    /// <summary>Later than the clock of the tables, by which quiet rows are found.</summary>
    private static readonly DateTimeOffset Later = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public async Task A_parked_delivery_leaves_with_its_index(int seconds, int left)
    {
        await using var hub = await NewHubAsync();
        var store = hub.Get<ParkedDeliveryStore>();
        await store.AddAsync(_tool.Delivers(Monday, Claim("ann")), [new("odd", "It is odd.")], Token);
        using var counters = hub.Count();

        await RunAsync(hub, Monday.AddDays(30).AddSeconds(seconds));

        Assert.Equal(left, (await store.FindAsync(Person("ann"), Token)).Count);
        Assert.Equal(left, (await store.ListAsync(new(null, null, null, null), 10, null, Token)).Count);
        Assert.Equal(1 - left, counters["hub.retention.removed"]);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task Ops_are_notified_a_week_before_a_parked_delivery_leaves_and_no_more_when_it_has(int seconds, bool notified)
    {
        await using var hub = await NewHubAsync();
        await hub.Get<ParkedDeliveryStore>().AddAsync(_tool.Delivers(Monday, Claim("ann")), [new("odd", "It is odd.")], Token);

        await RunAsync(hub, Monday.AddDays(23).AddSeconds(seconds));
        Assert.Equal(notified, await IsNotifiedAsync(hub, "retention:parked"));

        await RunAsync(hub, Monday.AddDays(40));
        Assert.False(await IsNotifiedAsync(hub, "retention:parked"));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public async Task A_delivery_that_waits_for_a_review_leaves_and_the_question_stays(int seconds, int left)
    {
        await using var hub = await NewHubAsync();
        var reviews = hub.Get<ReviewStore>();
        await reviews.AskAsync(
            new() { Id = "question", Reason = ReviewReason.SeveralLeads, Connector = "tool", Records = [Person("ann")], Leads = [Id("ann")], OpenedAt = Monday }, Token);
        await reviews.ParkAsync("question", _tool.Delivers(Monday, Claim("ann")), "old", Token);
        await reviews.ParkAsync("question", _tool.Delivers(Monday.AddDays(20), Claim("ann")), "young", Token);

        await RunAsync(hub, Monday.AddDays(30).AddSeconds(seconds));

        Assert.Equal(left == 1 ? ["old", "young"] : ["young"], (await reviews.KeptAsync("question", Token)).Select(kept => kept.MessageId).Order());
        Assert.NotNull(await reviews.FindAsync("question", Token));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public async Task A_dead_letter_leaves_and_younger_ones_stay(int seconds, int left)
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, "first");
        await GiveUpAsync(hub, "second");
        var letters = await hub.MessagesAsync(InboundQueue.Name, null, SubQueue.DeadLetter);

        await RunAsync(hub, letters[0].EnqueuedTime.AddDays(30).AddSeconds(seconds));

        // The second may have been queued within the same second.
        var expected = letters.Where(letter => letter.EnqueuedTime > letters[0].EnqueuedTime.AddSeconds(seconds)).Select(letter => letter.MessageId).ToList();
        Assert.Equal(expected, (await hub.MessagesAsync(InboundQueue.Name, null, SubQueue.DeadLetter)).Select(letter => letter.MessageId));
        Assert.Equal(left == 1, expected.Contains(letters[0].MessageId));
        Assert.Equal(expected.Count > 0, await IsNotifiedAsync(hub, "retention:deadletters/inbound"));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public async Task An_alert_that_nobody_could_be_mailed_leaves(int seconds, int left)
    {
        await using var hub = await NewHubAsync();
        await hub.Get<MailboxStore>().PutAsync(new() { RecipientGroup = new("sales"), LeadId = Id("late"), AlertId = "late", PutAt = Monday }, Token);

        await RunAsync(hub, Monday.AddDays(365).AddSeconds(seconds));

        Assert.Equal(left, (await hub.Get<MailboxStore>().ReadAsync(new("sales"), [], onlyUnheld: false, Token)).Count);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public async Task A_lead_leaves_with_all_that_is_stored_about_it_and_comes_back_as_a_new_one(int seconds, bool stays)
    {
        _clock.AdjustTime(Later);
        await using var hub = await NewHubAsync();
        await TellAsync(hub, "m1", Claim("ann", "ann@aging.example.com"));
        await TellAsync(hub, "m2", Claim("second"));
        await TellAsync(hub, "merge", new ContactMergedEvent(new EventHeader("merge", ToolSide.Marketing, Later) { People = [Person("ann")] }) { Merged = [Person("second")] });
        await TellAsync(hub, "m3", new DealChangedEvent(new EventHeader("deal", ToolSide.Crm, Later) { People = [Person("ann")] }) { DealId = "deal", IsNew = true });
        LeadId[] leads = [Given.Keys.LeadOf(Person("ann")), Given.Keys.LeadOf(Person("second"))];
        Assert.All(leads, lead => Assert.Contains($"Journeys/{lead}", hub.PlacesOfAsync(lead.Value).GetAwaiter().GetResult()));

        await RunAsync(hub, Later.AddDays(730).AddSeconds(seconds));

        if (stays)
        {
            Assert.NotNull(await hub.Journeys.LoadAsync(leads[0], Token));
            return;
        }

        // The row of the deadline index is a hint, which the next sweep removes.
        foreach (var lead in leads)
        {
            Assert.DoesNotContain(await hub.PlacesOfAsync(lead.Value), place => !place.StartsWith("Deadlines/", StringComparison.Ordinal) && !place.StartsWith("funnel/", StringComparison.Ordinal));
        }

        await TellAsync(hub, "m4", Claim("third", "ann@aging.example.com"));
        var owner = await hub.ForgetfulIdentities().LookUpAsync(IdentityKey.Email(EmailAddress.TryParse("ann@aging.example.com", out var email) ? email : null!), Token);
        Assert.Equal((Given.Keys.LeadOf(Person("third")), false), (owner.Lead, owner.Erased));
    }

    [Fact]
    public async Task A_lead_with_an_open_handoff_stays_and_ops_are_notified()
    {
        _clock.AdjustTime(Later);
        await using var hub = await NewHubAsync();
        await hub.LeadAsync(Id("open"), Leads.Claim(FunnelStage.Evaluation, Later), Known("hubspot", "open"));
        Assert.Single((await hub.StateAsync(Id("open"))).Ledger.Handoffs);

        await RunAsync(hub, Later.AddDays(800));

        Assert.NotNull(await hub.Journeys.LoadAsync(Id("open"), Token));
        Assert.True(await IsNotifiedAsync(hub, "retention:leads"));
    }

    [Fact]
    public async Task A_run_is_bounded_the_next_goes_on_and_a_failing_place_stops_no_other()
    {
        await using var hub = await NewHubAsync();
        var place = new Shelf(45);
        var flow = new RetentionFlow(
            hub.Get<CursorStore>(), [new Broken(), place], hub.Get<SweepBeats>(), hub.Get<NoticeStore>(), hub.Get<HubMetrics>(), _clock,
            NullLogger<RetentionFlow>.Instance);

        foreach (var page in (int[])[20, 40, 45, 45])
        {
            await flow.RunAsync(Token);
            Assert.Equal(page, place.Pages);
        }

        _clock.Advance(RetentionFlow.WalkEvery - TimeSpan.FromSeconds(1));
        await flow.RunAsync(Token);
        Assert.Equal(45, place.Pages);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await flow.RunAsync(Token);
        Assert.Equal(65, place.Pages);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task Health_shows_the_last_run_of_a_sweep_and_whether_it_is_late(int seconds, bool late)
    {
        await using var hub = await NewHubAsync();
        await hub.Get<RetentionFlow>().RunAsync(Token);
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        _clock.Advance(SweepBeats.LateAfter + TimeSpan.FromSeconds(seconds));

        var beats = await hub.Get<SweepBeats>().ListAsync(Token);
        Assert.Equal(hub.GetAll<IAgingPlace>().Count() + 1, beats.Count);
        Assert.All(beats, beat => Assert.Equal((Monday, Monday, 0, late), (beat.RanAt, beat.EndedAt, beat.Removed, beat.IsLate)));
    }

    private async Task RunAsync(TestHub hub, DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        await hub.Get<RetentionFlow>().RunAsync(Token);
    }

    private static async Task<bool> IsNotifiedAsync(TestHub hub, string key) =>
        (await hub.Get<NoticeStore>().PendingAsync(Token)).Any(notice => notice.Notice.Key == key);

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [_tool]);

    private Task TellAsync(TestHub hub, string messageId, SourceEvent said) =>
        hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(_clock.GetUtcNow(), said), messageId, again: false, Token);

    private static IdentityKey Person(string id) => IdentityKey.Person("tool", id);

    private StageChangedEvent Claim(string person, string? email = null) =>
        new(new EventHeader($"claim {person}", ToolSide.Marketing, _clock.GetUtcNow()) { People = [Person(person)], SubjectEmail = email }) { ToStageRaw = "interest", Stage = FunnelStage.Interest };

    private async Task GiveUpAsync(TestHub hub, string person)
    {
        await using var receiver = hub.Get<ServiceBusClient>().CreateReceiver(InboundQueue.Name);
        await hub.Get<InboundQueue>().Sender.SendMessageAsync(InboundMessage.Write(_tool.Delivers(Monday, Claim(person))), Token);
        await receiver.DeadLetterMessageAsync(await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10), Token), "gave-up", "for the test", Token);
    }

    /// <summary>A place with so many pages.</summary>
    private sealed class Shelf(int pages) : IAgingPlace
    {
        public int Pages { get; private set; }

        public string Name => "shelf";

        public string Content => "books";

        public string? Advice => null;

        public Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
        {
            Assert.Equal(Pages % pages == 0 ? null : $"{Pages}", from);
            Pages++;
            return Task.FromResult(new AgedPage([], 0, 0, Pages % pages == 0 ? null : $"{Pages}"));
        }
    }

    private sealed class Broken : IAgingPlace
    {
        public string Name => "broken";

        public string Content => "nothing";

        public string? Advice => null;

        public Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken) => throw new IOException("It is broken.");
    }
}
