using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Pipedrive;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.Connectors.Tests.Pipedrive;

/// <summary>Pipedrive with a company that keeps state.</summary>
public sealed class PipedriveApiTests : CrmSandbox
{
    private const string Sam = "7100001", Kim = "7100002";

    protected override string Vendor => "pipedrive";

    private PipedriveState Company => Sandbox.Pipedrive;

    protected override IEnumerable<KeyValuePair<string, string?>> SettingsAt(string url) => new Dictionary<string, string?>(PipedriveReadingTests.Settings)
    {
        ["BaseUrl"] = $"{url}/pipedrive/", ["ApiToken"] = "sandbox-pipedrive-token", ["PollEvery"] = "00:00:01", ["PollSince"] = null,
    };

    [Fact]
    public async Task A_handoff_written_three_times_is_one_person_one_lead_one_note_and_one_activity()
    {
        var target = Connector<IHandoffTarget>();

        var receipts = new List<HandoffReceipt>();
        for (var i = 0; i < 3; i++)
        {
            receipts.Add(await target.DeliverAsync(Order() with { OwnerId = Sam }, Stop));
        }

        var (person, lead, note, activity) = (Assert.Single(Company.All("persons")), Assert.Single(Company.All("leads")), Assert.Single(Company.All("notes")), Assert.Single(Company.All("activities")));
        Assert.Single(receipts.Distinct());
        Assert.Equal(($"{person["id"]}", $"{Sandbox.Url}/pipedrive/person/{person["id"]}", null), (receipts[0].Person.Id, receipts[0].RecordUrl, receipts[0].KeptBy));
        Assert.Equal(("Ada O'Byron", "ada@example.com", Sam), ((string?)person["name"], (string?)person["emails"]![0]!["value"], $"{person["owner_id"]}"));
        Assert.Equal(("integration-hub:handoff-1", $"{person["id"]}"), ((string?)lead["origin_id"], $"{lead["person_id"]}"));
        Assert.Contains("asked for a price", (string?)note["content"], StringComparison.Ordinal);
        Assert.Contains("Ada &lt;Byron&gt;", (string?)activity["note"], StringComparison.Ordinal);
        Assert.Equal((Sam, (string?)lead["id"], "task", $"{person["id"]}"), ($"{activity["owner_id"]}", (string?)activity["lead_id"], (string?)activity["type"], $"{activity["person_id"]}"));
    }

    [Fact]
    public async Task A_handoff_goes_to_the_person_with_the_address_whose_owner_keeps_it_and_to_their_open_deal()
    {
        var person = Company.CreatePerson("ADA@example.com", "Ada", "King");
        var deal = Company.Create("deals", ("title", "Rollout"), ("person_id", Number(person)));

        var receipt = await Connector<IHandoffTarget>().DeliverAsync(Order() with { OwnerId = Kim }, Stop);

        Assert.Equal((person, Sam), (receipt.Person.Id, receipt.KeptBy));
        Assert.Empty(Company.All("leads"));
        var activity = Assert.Single(Company.All("activities"));
        Assert.Equal((deal, Sam), ($"{activity["deal_id"]}", $"{activity["owner_id"]}"));
        Assert.Equal("King", (string?)Company.Get("persons", person)!["last_name"]);
    }

    [Fact]
    public async Task A_new_owner_gets_the_person_and_the_open_activity_but_not_a_done_one()
    {
        var target = Connector<IHandoffTarget>();
        await target.DeliverAsync(Order() with { OwnerId = Sam }, Stop);

        await target.DeliverAsync(Order() with { OwnerId = Kim, GivenBefore = [Sam] }, Stop);
        var activity = Assert.Single(Company.All("activities"));
        Assert.Equal((Kim, Kim), ($"{activity["owner_id"]}", $"{Company.All("persons")[0]["owner_id"]}"));

        Company.Update("activities", $"{activity["id"]}", ("done", true));
        await target.DeliverAsync(Order() with { OwnerId = Sam, GivenBefore = [Kim] }, Stop);
        Assert.Equal(Kim, $"{Assert.Single(Company.All("activities"))["owner_id"]}");
    }

    [Fact]
    public async Task Several_persons_with_the_address_are_a_question_and_nothing_is_written()
    {
        var (first, second) = (Company.CreatePerson("ada@example.com", "Ada", "A"), Company.CreatePerson("ada@example.com", "Ada", "B"));

        var asked = await Assert.ThrowsAsync<AmbiguousMatchException>(() => Connector<IHandoffTarget>().DeliverAsync(Order(), Stop));

        Assert.Equal([first, second], asked.Matches.Select(match => match.Id));
        Assert.Empty(Company.All("activities"));
    }

    [Fact]
    public async Task A_person_who_was_deleted_is_not_made_again_without_a_decision()
    {
        var person = Company.CreatePerson("ada@example.com", "Ada", "Byron");
        Company.Delete("persons", person);
        var order = Order(known: person);

        await Assert.ThrowsAsync<RecordsDeletedException>(() => Connector<IHandoffTarget>().DeliverAsync(order, Stop));
        Assert.Empty(Company.All("persons"));

        Assert.NotEqual(person, (await Connector<IHandoffTarget>().DeliverAsync(order with { MayRecreate = true }, Stop)).Person.Id);
    }

    [Fact]
    public async Task An_opt_out_travels_with_a_new_person()
    {
        var order = Order();

        var receipt = await Connector<IHandoffTarget>().DeliverAsync(order with { Brief = order.Brief with { OptedOut = true } }, Stop);

        Assert.True(receipt.MadeOptedOut);
        Assert.Equal("unsubscribed", (string?)Company.All("persons")[0]["marketing_status"]);
    }

    [Fact]
    public async Task Only_differences_are_written_an_opt_out_first_and_alone()
    {
        var person = Company.CreatePerson("ada@example.com", "Ada", "King");
        Company.Update("persons", person, ("phones", new JsonArray(new JsonObject { ["value"] = "030 1", ["primary"] = true, ["label"] = "home" }, new JsonObject { ["value"] = "030 2", ["primary"] = false, ["label"] = "mobile" })));
        Sandbox.Calls.Clear();

        var target = Connector<IPersonTarget>();
        Assert.True(await target.WriteAsync(IdentityKey.Person(Vendor, person), Wish(), Stop));
        Assert.False(await target.WriteAsync(IdentityKey.Person(Vendor, person), Wish(), Stop));

        var now = Company.Get("persons", person)!;
        Assert.Equal(("Ada Byron", "unsubscribed", "Analyst", "Evaluation"), ((string?)now["name"], (string?)now["marketing_status"], (string?)now["custom_fields"]![PipedriveReadingTests.JobTitle], (string?)now["custom_fields"]![PipedriveReadingTests.Stage]));
        Assert.Equal(["+49 30 9", "030 2"], now["phones"]!.AsArray().Select(phone => (string?)phone!["value"]));
        Assert.Equal(2, Sandbox.Calls.Recent.Count(call => call.Method == "PATCH"));
    }

    [Fact]
    public async Task An_invalid_value_holds_up_no_other_and_is_told()
    {
        var person = Company.CreatePerson("ada@example.com", "Ada", "King");
        Company.Refuses = "30 9";
        var target = Connector<IPersonTarget>();
        var plan = await target.PlanAsync(IdentityKey.Person(Vendor, person), Wish(), Stop);

        await Assert.ThrowsAsync<VendorRefusedException>(() => target.WriteAsync(plan!, Stop));

        var now = Company.Get("persons", person)!;
        Assert.Equal(("Ada Byron", "unsubscribed", 0), ((string?)now["name"], (string?)now["marketing_status"], now["phones"]!.AsArray().Count));
        Assert.Equal("Analyst", (string?)now["custom_fields"]![PipedriveReadingTests.JobTitle]);
    }

    [Fact]
    public async Task A_marketing_status_that_Pipedrive_leaves_as_it_is_is_a_refusal_and_the_rest_is_written()
    {
        var person = Company.CreatePerson("ada@example.com", "Ada", "King");
        Company.ForbidsMarketing = true;
        var target = Connector<IPersonTarget>();
        var plan = await target.PlanAsync(IdentityKey.Person(Vendor, person), Wish(), Stop);

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => target.WriteAsync(plan!, Stop));

        Assert.Equal("MARKETING_STATUS_UNCHANGED", refused.ErrorCode);
        Assert.Equal("Ada Byron", (string?)Company.Get("persons", person)!["name"]);
    }

    [Fact]
    public async Task Nothing_is_written_to_a_person_who_is_gone_and_a_note_is_written_once()
    {
        var (person, gone) = (Company.CreatePerson("ada@example.com", "Ada", "Byron"), Company.CreatePerson("bob@example.com", "Bob", "B"));
        Company.Delete("persons", gone);
        var note = new PersonNote("return 1", TimeProvider.System.GetUtcNow(), ["<b>no budget</b>"]);

        Assert.Null(await Connector<IPersonTarget>().PlanAsync(IdentityKey.Person(Vendor, gone), Wish(), Stop));
        Assert.Null(await Connector<IPersonTarget>().PlanAsync(IdentityKey.Person(Vendor, "not-a-number"), Wish(), Stop));
        Assert.False(await Connector<INoteTarget>().WriteNoteAsync(IdentityKey.Person(Vendor, gone), note, Stop));
        Company.PageSize = 1;
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await Connector<INoteTarget>().WriteNoteAsync(IdentityKey.Person(Vendor, person), note, Stop));
            Company.Create("notes", ("content", $"another {i}"), ("person_id", Number(person)));
        }

        Assert.Single(Company.All("notes"), written => (string?)written["content"] == "&lt;b&gt;no budget&lt;/b&gt;<br><br>[integration-hub return 1]");
    }

    [Fact]
    public async Task A_poll_reads_every_page_once_with_what_was_deleted_and_archived_and_then_a_little_before_the_end()
    {
        Company.PageSize = 2;
        var persons = Enumerable.Range(0, 5).Select(number => Company.CreatePerson($"p{number}@example.com", "P", $"{number}")).ToList();
        var deals = Enumerable.Range(0, 3).Select(number => Company.Create("deals", ("person_id", Number(persons[number])), ("stage_id", 3))).ToList();
        Company.Delete("deals", deals[1]);
        Company.Update("deals", deals[2], ("is_archived", true), ("status", "lost"));

        var (first, cursor) = await PollAsync(null);
        var (second, _) = await PollAsync(cursor, TimeProvider.System.GetUtcNow().AddMinutes(1));

        Assert.Equal(persons, first.OfType<ContactUpdatedEvent>().Select(read => read.People[0].Id).Distinct());
        Assert.Equal([SourceEventKind.DealCreated], first.Where(read => read.ExternalIds.GetValueOrDefault("dealId") == deals[0]).Select(read => read.Kind));
        Assert.Single(first, read => read is DealDeletedEvent gone && gone.DealId == deals[1]);
        Assert.Single(first, read => read.Kind == SourceEventKind.DealLost);
        Assert.Empty(second.ExceptBy(first.Select(read => read.DedupeKey), read => read.DedupeKey));
    }

    [Fact]
    public async Task A_poll_that_is_early_costs_no_call()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (_, cursor) = await PollAsync(null, now);
        Sandbox.Calls.Clear();

        var early = await Connector<IPollSource>().PollAsync(cursor, now, Stop);

        Assert.Equal((cursor, false, 0), (early.NextCursor, early.More, early.Deliveries.Count));
        Assert.Empty(Sandbox.Calls.Recent);
    }

    [Fact]
    public async Task A_deal_is_enriched_with_its_person_their_organisation_and_an_opt_out()
    {
        var organization = Company.Create("organizations", ("name", "Engines Ltd"));
        var person = Company.CreatePerson("ada@example.com", "Ada", "Byron");
        Company.Update("persons", person, ("org_id", Number(organization)), ("marketing_status", "unsubscribed"));
        var deal = new DealChangedEvent(new("key", ToolSide.Crm, null) { People = [IdentityKey.Person(Vendor, person)] }) { DealId = "1", IsNew = true, NeedsEnrichment = ["email"] };

        var events = await Connector<IEventEnricher>().EnrichAsync([deal], Stop);

        Assert.Equal(("ada@example.com", 0), (events[0].SubjectEmail, events[0].NeedsEnrichment.Length));
        Assert.Equal(("Engines Ltd", "Ada"), (Assert.IsType<ContactUpdatedEvent>(events[1]).Profile!.Company, ((PersonEvent)events[1]).Profile!.FirstName));
        Assert.Equal(SourceEventKind.ConsentUnsubscribed, events[2].Kind);
    }

    [Fact]
    public async Task What_the_sandbox_pushes_is_accepted_and_read()
    {
        var kinds = new List<SourceEventKind>();
        await using var listener = await Listener.StartAsync(body => kinds.AddRange(body));
        Company.Webhooks.TargetUrl = listener.Url;

        var (winner, loser) = (Company.CreatePerson("ada@example.com", "Ada", "B"), Company.CreatePerson("ada2@example.com", "Ada", "B"));
        Company.Update("persons", winner, ("marketing_status", "unsubscribed"));
        Company.Merge("persons", winner, loser);
        var deal = Company.Create("deals", ("person_id", Number(winner)), ("stage_id", 1));
        Company.Update("deals", deal, ("stage_id", 3));
        Company.Update("deals", deal, ("status", "won"));
        Company.Delete("persons", winner);
        await Company.Webhooks.WhenSettledAsync(Stop);

        Assert.Equal(
            [
                SourceEventKind.ContactCreated, SourceEventKind.ContactCreated, SourceEventKind.ConsentUnsubscribed, SourceEventKind.ContactMerged, SourceEventKind.ContactMerged, SourceEventKind.DealCreated,
                SourceEventKind.DealStageChanged, SourceEventKind.DealWon, SourceEventKind.ContactDeleted,
            ],
            kinds);
    }

    [Fact]
    public async Task The_token_is_never_in_an_address_and_a_fault_is_waited_for()
    {
        var person = Company.CreatePerson("ada@example.com", "Ada", "Byron");
        Sandbox.Faults.Set("pipedrive", new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(1), Count = 1 }, new Fault { Status = 500, Count = 1 });

        Assert.NotNull(await Connector<IPersonTarget>().PlanAsync(IdentityKey.Person(Vendor, person), Wish(), Stop));

        Assert.Equal([429, 500, 200], Sandbox.Calls.Recent.Select(call => call.Status));
        Assert.All(Sandbox.Calls.Recent, call => Assert.DoesNotContain("token", call.Target, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("x-daily-ratelimit-token-remaining", "0", 43_200)]
    [InlineData("x-daily-ratelimit-token-remaining", "-5", 43_200)]
    [InlineData("Retry-After", "90", 90)]
    [InlineData("x-ratelimit-reset", "30", 30)]
    [InlineData("x-ratelimit-reset", "soon", null)]
    [InlineData("x-other", "1", null)]
    public async Task How_long_Pipedrive_wants_to_be_left_alone_is_read_from_its_headers(string header, string value, int? seconds)
    {
        using var vendor = new VendorStub(_ =>
        {
            var answer = VendorStub.Json("""{"success":false,"error":"over limit"}""", HttpStatusCode.TooManyRequests);
            answer.Headers.TryAddWithoutValidation(header, value);
            return answer;
        });

        var failure = await FailureAsync(vendor);

        Assert.Equal(seconds is null, failure.RetryAfter is null);
        Assert.InRange(failure.RetryAfter?.TotalSeconds ?? 0, (seconds ?? 0) - 30, seconds ?? 0);
    }

    [Fact]
    public async Task A_page_of_the_gateway_is_a_limit_and_not_a_matter_of_rights()
    {
        using var vendor = new VendorStub(_ => new(HttpStatusCode.Forbidden) { Content = new StringContent("<html>", System.Text.Encoding.UTF8, "text/html") });

        Assert.Equal(TimeSpan.FromMinutes(5), (await FailureAsync(vendor)).RetryAfter);
    }

    [Fact]
    public async Task A_success_that_says_it_is_none_is_a_refusal()
    {
        using var vendor = new VendorStub(_ => VendorStub.Json("""{"success":false,"error":"nope"}"""));

        await Assert.ThrowsAsync<VendorRefusedException>(() => vendor.Connect<IHandoffTarget>(Vendor, PipedriveReadingTests.Settings).DeliverAsync(Order(), Stop));
    }

    private async Task<VendorUnavailableException> FailureAsync(VendorStub vendor)
    {
        var clock = new FakeTimeProvider(new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };
        var asked = vendor.Connect<IPersonTarget>(Vendor, PipedriveReadingTests.Settings, clock).PlanAsync(IdentityKey.Person(Vendor, "8"), Wish(), Stop);
        while (!asked.IsCompleted)
        {
            // Lets the pauses between attempts pass.
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await Assert.ThrowsAsync<VendorUnavailableException>(() => asked);
    }

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private static PersonWish Wish() => new()
    {
        Stage = FunnelStage.Evaluation, OptedOut = true,
        Profile = new Dictionary<PersonProperty, string>
        {
            [PersonProperty.LastName] = "Byron", [PersonProperty.Phone] = "+49 30 9", [PersonProperty.JobTitle] = "Analyst", [PersonProperty.FirstName] = "Ada",
        }.ToImmutableDictionary(),
    };

    /// <summary>Takes webhooks as the hub's door does.</summary>
    private sealed class Listener(Microsoft.AspNetCore.Builder.WebApplication app) : IAsyncDisposable
    {
        public string Url => $"{app.Urls.First()}/hook";

        public static async Task<Listener> StartAsync(Action<IEnumerable<SourceEventKind>> take)
        {
            using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
            var settings = new Dictionary<string, string?>(PipedriveReadingTests.Settings) { ["WebhookUser"] = "hub-pipedrive", ["WebhookPassword"] = "sandbox:pipedrive" };
            var source = vendor.Connect<IWebhookSource>("pipedrive", settings);
            return new(await WebhookListener.StartAsync("pipedrive", source, take));
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
