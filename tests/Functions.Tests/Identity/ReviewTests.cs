using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

public sealed class ReviewTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    private FakeTool Crm => field ??= new("salesforce", _world);

    [Fact]
    public async Task Two_records_of_one_tool_at_one_address_write_nothing_until_a_person_chooses()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada") with { Profile = new() { FirstName = "Ada", Company = "Analytical" } });
        await hub.StartAsync();
        using var api = new HubClient(hub);

        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "ada"));

        Assert.Null(await FindAsync(hub, "contact-2"));
        var lead = (await FindAsync(hub, "contact-1"))!;
        Assert.Equal(FunnelStage.Interest, Fold(await hub.StateAsync(lead)).Stage);
        var review = await ReviewAsync(api);
        Assert.Equal(("rivalRecords", "hubspot", 1), (review.GetProperty("reason").GetString(), review.GetProperty("connector").GetString(), review.GetProperty("waiting").GetInt32()));
        var candidate = Assert.Single(review.GetProperty("candidates").EnumerateArray());
        Assert.Equal((lead.Value, "Ada", "Analytical", "interest"), (Text(candidate, "choose"), Text(candidate, "name"), Text(candidate, "company"), Text(candidate, "stage")));
        Assert.True(await IsNoticeOpenAsync(hub));

        var path = $"/api/reviews/{Text(review, "id")}";
        var answer = JsonSerializer.Serialize(new { choose = lead.Value });
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync(path, answer)).Status);

        await Eventually.TrueAsync(async () => Fold(await hub.StateAsync(lead)).Stage == FunnelStage.Evaluation, "the kept event is on the journey");
        Assert.Equal(Monday.AddMinutes(10), Fold(await hub.StateAsync(lead)).EnteredAt);
        Assert.Equal(lead, await FindAsync(hub, "contact-2"));
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync(path, answer)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await api.PostAsync(path, """{"separate":true}""")).Status);
        Assert.Null(await TryReviewAsync(api));
    }

    [Fact]
    public async Task A_person_of_their_own_gets_a_lead_without_the_address_of_the_other_and_is_not_asked_for_again()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "family"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "family"));

        await api.PostAsync($"/api/reviews/{Text(await ReviewAsync(api), "id")}", """{"separate":true}""");
        await Eventually.TrueAsync(async () => await FindAsync(hub, "contact-2") is { } lead && await hub.Journeys.LoadAsync(lead, Token) is not null, "the person has a lead");
        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactUpdatedEvent(of), 20, "contact-2", "family"));

        var (one, other) = ((await FindAsync(hub, "contact-1"))!, (await FindAsync(hub, "contact-2"))!);
        Assert.NotEqual(one, other);
        Assert.Null(await TryReviewAsync(api));
        Assert.Equal((Marketing.Address("family"), null), (Fold(await hub.StateAsync(one)).Profile.Email, Fold(await hub.StateAsync(other)).Profile.Email));
        Assert.Equal([Marketing.Record("contact-2")], Fold(await hub.StateAsync(other)).Identities);
    }

    [Fact]
    public async Task A_known_record_with_the_address_of_another_lead_is_merged_with_it_when_a_person_says_so()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "countess"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 2, "contact-2", "ada"));
        var review = await ReviewAsync(api);
        Assert.Equal("addressOfAnotherLead", Text(review, "reason"));
        Assert.Equal(Marketing.Address("countess"), Fold(await hub.StateAsync((await FindAsync(hub, "contact-2"))!)).Profile.Email);
        var (own, others) = ((await FindAsync(hub, "contact-2"))!, (await FindAsync(hub, "contact-1"))!);

        var wrong = await api.PostAsync($"/api/reviews/{Text(review, "id")}", """{"choose":"5bba3bfc3a4f5c511583d3f8"}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains(own.Value, wrong.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync($"/api/reviews/{Text(review, "id")}", """{"merge":true}""")).Status);

        await Eventually.TrueAsync(async () => Fold(await hub.StateAsync(own)).Profile.Email == Marketing.Address("ada"), "the change of address is on the journey");
        Assert.Equal(await hub.Get<JourneyReader>().ResolveAsync(own, Token), await hub.Get<JourneyReader>().ResolveAsync(others, Token));
        Assert.Contains((await hub.StateAsync(own)).Facts.Values, fact => fact is LeadsMerged { Raw: MergeCause.Review });
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("""{"merge":true,"separate":true}""")]
    [InlineData("""{"chose":"x"}""")]
    [InlineData("""{"choose":"5bba3bfc3a4f5c511583d3f8"}""")]
    public async Task What_is_no_answer_is_refused_with_what_would_be_right(string body)
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "ada"));

        var refused = await api.PostAsync($"/api/reviews/{Text(await ReviewAsync(api), "id")}", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("hoose", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await api.PostAsync("/api/reviews/none", """{"merge":true}""")).Status);
        Assert.NotNull(await TryReviewAsync(api));
    }

    [Fact]
    public async Task A_merge_that_comes_after_the_question_answers_it()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 10, "contact-2", "ada"));
        await ReviewAsync(api);

        await hub.TellAsync(Marketing, Marketing.Merge(20, "contact-2", "contact-1"));

        await Eventually.TrueAsync(async () => Fold(await hub.StateAsync((await FindAsync(hub, "contact-1"))!)).Stage == FunnelStage.Evaluation, "the kept event is on the journey");
        Assert.Null(await TryReviewAsync(api));
    }

    [Fact]
    public async Task Of_two_new_records_at_one_address_that_come_at_once_one_is_asked_for()
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        await Task.WhenAll(
            hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada")),
            other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "ada")));

        Assert.Single(await hub.Get<ReviewStore>().OpenAsync(Token), IsOurs);
        Assert.Single((await Task.WhenAll(FindAsync(hub, "contact-1"), FindAsync(hub, "contact-2"))).OfType<LeadId>());
    }

    [Fact]
    public async Task A_handoff_that_several_records_of_the_CRM_match_writes_nothing_until_a_person_chooses_one()
    {
        var sales = new FakeCrm("dynamics");
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [Marketing, sales]);
        IdentityKey[] matches = [IdentityKey.Person("dynamics", $"one-{_world}"), IdentityKey.Person("dynamics", $"two-{_world}")];
        IdentityKey? chosen = null;
        sales.Fails = _ => chosen is null ? new AmbiguousMatchException("dynamics", matches) : null;
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 0, "contact-1", "ada"));
        var lead = (await FindAsync(hub, "contact-1"))!;

        JsonElement review = default;
        await Eventually.TrueAsync(async () => (review = (await api.GetAsync("/api/reviews")).EnumerateArray().SingleOrDefault(open => open.GetProperty("candidates").ToString().Contains(_world, StringComparison.Ordinal))).ValueKind == JsonValueKind.Object, "a person is asked");
        Assert.Equal(("severalMatches", HandoffDelivery.Pending), (Text(review, "reason"), (await hub.StateAsync(lead)).Ledger.Handoffs.Single().Delivery));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync($"/api/reviews/{Text(review, "id")}", """{"merge":true}""")).Status);

        chosen = matches[1];
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync($"/api/reviews/{Text(review, "id")}", JsonSerializer.Serialize(new { choose = matches[1].Id }))).Status);

        await Eventually.TrueAsync(async () => (await hub.StateAsync(lead)).Ledger.Handoffs.Single().Delivery == HandoffDelivery.Delivered, "the handoff is delivered");
        Assert.Contains(matches[1], Assert.Single(sales.Records.Values).Journey.Records);
        Assert.Equal(lead, await hub.ForgetfulIdentities().FindAsync(matches[1], Token));
    }

    [Fact]
    public async Task A_bridge_that_comes_late_joins_what_no_tool_knows_as_two()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1"));
        await hub.TellAsync(Crm, Crm.Stage(FunnelStage.Evaluation, 1, "lead-1", "ada", ToolSide.Crm));
        Assert.NotEqual(await FindAsync(hub, "contact-1"), await FindAsync(hub, Crm, "lead-1"));

        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 2, "contact-1", "ada"));

        var lead = await hub.StateAsync((await FindAsync(hub, "contact-1"))!);
        Assert.Equal(lead.LeadId, (await hub.StateAsync((await FindAsync(hub, Crm, "lead-1"))!)).LeadId);
        Assert.Contains(lead.Facts.Values, fact => fact is LeadsMerged { Raw: MergeCause.Address });
    }

    [Fact]
    public async Task A_changed_address_leaves_one_lead_with_the_old_one_as_alias()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new EmailChangedEvent(of), 1, "contact-1", "countess"));
        await hub.TellAsync(Crm, Crm.Stage(FunnelStage.Evaluation, 2, "lead-1", "ada", ToolSide.Crm));
        await hub.TellAsync(Crm, Crm.Event(of => new ContactUpdatedEvent(of), 3, "lead-1", "countess", ToolSide.Crm));
        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactUpdatedEvent(of), 4, "contact-1", "countess") with { FurtherEmails = [Marketing.Address("third")] });
        await hub.TellAsync(Crm, Crm.Event(of => new ActivityEvent(of), 5, null, "third") with { Profile = null });

        var lead = Assert.Single(new[] { await FindAsync(hub, "contact-1"), await FindAsync(hub, Crm, "lead-1") }.Distinct());
        var journey = Fold(await hub.StateAsync(lead!));
        Assert.Equal(["ada", "countess", "third"], journey.Identities.Where(key => key.Kind == IdentityKind.Email).Select(key => key.Id.Split('@')[0]));
        Assert.Equal(Marketing.Address("countess"), journey.Profile.Email);
        Assert.Single((await hub.StateAsync(lead!)).Facts.Values.OfType<ActivityLogged>());
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [Marketing, Crm]);

    private bool IsOurs(Review review) => review.Records.Any(record => record.Id.EndsWith(_world, StringComparison.Ordinal));

    private async Task<JsonElement> ReviewAsync(HubClient api) => await TryReviewAsync(api) ?? throw new InvalidOperationException("No review is open.");

    /// <summary>Test classes share the tables.</summary>
    private async Task<JsonElement?> TryReviewAsync(HubClient api) =>
        (await api.GetAsync("/api/reviews")).EnumerateArray().Cast<JsonElement?>().SingleOrDefault(review => review!.Value.GetProperty("records").ToString().Contains(_world, StringComparison.Ordinal));

    private static async Task<bool> IsNoticeOpenAsync(TestHub hub)
    {
        var notices = await hub.Get<HubTables>().GetAsync(HubTables.Notices, Token);
        return (await notices.GetEntityIfExistsAsync<TableEntity>("open", TableKeyOf("reviews"), null, Token)).HasValue;
    }

    private static string TableKeyOf(string key) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)))[..40];

    private Task<LeadId?> FindAsync(TestHub hub, string record) => FindAsync(hub, Marketing, record);

    private static Task<LeadId?> FindAsync(TestHub hub, FakeTool tool, string record) => hub.ForgetfulIdentities().FindAsync(tool.Record(record), Token);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static Journey Fold(JourneyState state) => JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy);
}
