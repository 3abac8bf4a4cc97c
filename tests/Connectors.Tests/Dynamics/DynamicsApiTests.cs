using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox.Dynamics;
using IntegrationHub.Sandbox.Faults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Dynamics;

/// <summary>Dataverse with an environment that keeps state.</summary>
public sealed class DynamicsApiTests : CrmSandbox
{
    private const string Sam = "a0000000-0002-4000-8000-00000000000a", Kim = "a0000000-0002-4000-8000-00000000000b", Hub = "feed0000-0000-0000-0000-00000000beef";

    protected override string Vendor => "dynamics";

    private DynamicsState Environment => Sandbox.Dynamics;

    protected override IEnumerable<KeyValuePair<string, string?>> SettingsAt(string url) => new Dictionary<string, string?>(DynamicsReadingTests.Settings)
    {
        ["BaseUrl"] = $"{url}/dynamics/", ["LoginUrl"] = $"{url}/dynamics/", ["ClientSecret"] = "sandbox-dynamics-client-secret", ["PollEvery"] = "00:00:01",
    };

    [Fact]
    public async Task A_handoff_written_three_times_is_one_lead_one_note_and_one_task()
    {
        var receipts = new List<HandoffReceipt>();
        for (var i = 0; i < 3; i++)
        {
            receipts.Add(await Connector<IHandoffTarget>().DeliverAsync(Order() with { OwnerId = Sam }, Stop));
        }

        var (lead, note, task) = (Assert.Single(Environment.All("leads")), Assert.Single(Environment.All("annotations")), Assert.Single(Environment.All("tasks")));
        var id = $"{lead["leadid"]}";
        Assert.Single(receipts.Distinct());
        Assert.Equal(($"lead:{id}", null), (receipts[0].Person.Id, receipts[0].KeptBy));
        Assert.EndsWith($"main.aspx?pagetype=entityrecord&etn=lead&id={id}", receipts[0].RecordUrl, StringComparison.Ordinal);
        Assert.Equal((Lead.Value, "O'Byron", "ada@example.com", Sam), ($"{lead["new_integrationhubleadid"]}", $"{lead["lastname"]}", $"{lead["emailaddress1"]}", $"{lead["ownerid"]}"));
        Assert.Equal(($"lead:{id}", Sam), ($"{task["regardingobjectid"]}", $"{task["ownerid"]}"));
        Assert.Contains("asked for a price", $"{task["description"]}", StringComparison.Ordinal);
        Assert.Equal($"lead:{id}", $"{note["objectid"]}");
    }

    [Fact]
    public async Task A_handoff_goes_to_sales_lead_with_the_address_whose_owner_keeps_it()
    {
        var lead = Environment.Create("leads", ("lastname", "King"), ("emailaddress1", "o'ada@example.com"));
        var profile = new LeadProfile { LastName = "Byron", Email = "o'ada@example.com" };

        var receipt = await Connector<IHandoffTarget>().DeliverAsync(Order(profile: profile) with { OwnerId = Kim }, Stop);

        Assert.Equal(($"lead:{lead}", Sam), (receipt.Person.Id, receipt.KeptBy));
        var now = Assert.Single(Environment.All("leads"));
        Assert.Equal((Lead.Value, "King", Sam), ($"{now["new_integrationhubleadid"]}", $"{now["lastname"]}", $"{now["ownerid"]}"));
        Assert.Equal(Sam, $"{Assert.Single(Environment.All("tasks"))["ownerid"]}");
    }

    [Fact]
    public async Task A_qualified_leads_contact_gets_the_task()
    {
        var first = await Connector<IHandoffTarget>().DeliverAsync(Order(), Stop);
        var contact = Environment.Create("contacts", ("lastname", "Byron"));
        Environment.Update("leads", first.Person.Id.Split(':')[1], ("statecode", 1), ("statuscode", 3), ("parentcontactid", contact));

        var second = await Connector<IHandoffTarget>().DeliverAsync(Order("handoff-2", first.Person.Id), Stop);
        var plan = await Connector<IPersonTarget>().PlanAsync(first.Person, Wish(), Stop);

        Assert.Equal(($"contact:{contact}", $"contact:{contact}"), (second.Person.Id, plan!.Record.Id));
        Assert.Contains(Environment.All("tasks"), task => $"{task["regardingobjectid"]}" == $"contact:{contact}");
    }

    [Fact]
    public async Task A_new_owner_gets_the_lead_and_the_open_task_but_not_a_done_one()
    {
        var target = Connector<IHandoffTarget>();
        await target.DeliverAsync(Order() with { OwnerId = Sam }, Stop);
        await target.DeliverAsync(Order() with { OwnerId = Kim, GivenBefore = [Sam] }, Stop);
        var task = Assert.Single(Environment.All("tasks"));
        Assert.Equal((Kim, Kim), ($"{task["ownerid"]}", $"{Environment.All("leads")[0]["ownerid"]}"));

        Environment.Update("tasks", $"{task["activityid"]}", ("statecode", 1));
        await target.DeliverAsync(Order() with { OwnerId = Sam, GivenBefore = [Kim] }, Stop);
        Assert.Equal(Kim, $"{Assert.Single(Environment.All("tasks"))["ownerid"]}");
    }

    [Fact]
    public async Task Several_records_with_the_address_are_a_question_and_a_deleted_one_a_decision()
    {
        Environment.Create("leads", ("emailaddress1", "ada@example.com"));
        var contact = Environment.Create("contacts", ("emailaddress1", "ADA@example.com"));

        Assert.Equal(2, (await Assert.ThrowsAsync<AmbiguousMatchException>(() => Connector<IHandoffTarget>().DeliverAsync(Order(), Stop))).Matches.Count);

        var profile = new LeadProfile { LastName = "B", Email = "b@example.com" };
        Environment.Delete("contacts", contact);
        await Assert.ThrowsAsync<RecordsDeletedException>(() => Connector<IHandoffTarget>().DeliverAsync(Order(known: $"contact:{contact}", profile: profile), Stop));
        Assert.Empty(Environment.All("tasks"));
    }

    [Fact]
    public async Task Only_differences_are_written_an_opt_out_first_and_alone_and_a_returned_lead_is_opened()
    {
        var lead = Environment.Create("leads", ("lastname", "King"), ("statecode", 2), ("statuscode", 4));
        var (target, person) = (Connector<IPersonTarget>(), IdentityKey.Person(Vendor, $"lead:{lead}"));
        Sandbox.Calls.Clear();

        Assert.True(await target.WriteAsync(person, Wish() with { Reopened = true }, Stop));
        Assert.False(await target.WriteAsync(person, Wish() with { Reopened = true }, Stop));

        var now = Environment.Get("leads", lead)!;
        Assert.Equal(("Byron", "true", "0", "1", "Evaluation"), ($"{now["lastname"]}", $"{now["donotbulkemail"]}", $"{now["statecode"]}", $"{now["statuscode"]}", $"{now["new_funnelstage"]}"));
        Assert.Equal(2, Sandbox.Calls.Recent.Count(call => call.Method == "PATCH"));
    }

    [Fact]
    public async Task An_invalid_value_holds_up_no_other_and_is_told()
    {
        var lead = Environment.Create("leads", ("lastname", "King"));
        Environment.Refuses = "30 9";
        var plan = await Connector<IPersonTarget>().PlanAsync(IdentityKey.Person(Vendor, $"lead:{lead}"), Wish(), Stop);

        var refused = await Assert.ThrowsAsync<VendorRefusedException>(() => Connector<IPersonTarget>().WriteAsync(plan!, Stop));

        Assert.Equal("0x80044330", refused.ErrorCode);
        Assert.Equal(("Byron", null, "true"), ($"{Environment.Get("leads", lead)!["lastname"]}", Environment.Get("leads", lead)!["telephone1"], $"{Environment.Get("leads", lead)!["donotbulkemail"]}"));
    }

    [Fact]
    public async Task A_record_that_is_gone_is_never_made_by_a_write()
    {
        var lead = Environment.Create("leads", ("lastname", "King"));
        var person = IdentityKey.Person(Vendor, $"lead:{lead}");
        var plan = await Connector<IPersonTarget>().PlanAsync(person, Wish(), Stop);
        Environment.Delete("leads", lead);

        await Assert.ThrowsAsync<VendorRefusedException>(() => Connector<IPersonTarget>().WriteAsync(plan!, Stop));
        Assert.Null(await Connector<IPersonTarget>().PlanAsync(person, Wish(), Stop));
        Assert.Null(await Connector<IPersonTarget>().PlanAsync(IdentityKey.Person(Vendor, lead), Wish(), Stop));
        Assert.False(await Connector<INoteTarget>().WriteNoteAsync(person, new("n1", TimeProvider.System.GetUtcNow(), ["x"]), Stop));
        Assert.Empty(Environment.All("leads"));
    }

    [Fact]
    public async Task A_poll_reads_every_row_and_then_only_what_changed_and_was_deleted()
    {
        Environment.PageSize = 2;
        var leads = Enumerable.Range(0, 5).Select(number => Environment.Create("leads", ("emailaddress1", $"l{number}@example.com"))).ToList();
        var deal = Environment.Create("opportunities", ("salesstage", 1), ("estimatedvalue", 10));

        var (first, cursor) = await PollAsync(null);
        Environment.Delete("leads", leads[0]);
        Environment.Update("leads", leads[1], ("statuscode", 2));
        var (second, next) = await PollAsync(cursor, TimeProvider.System.GetUtcNow().AddMinutes(1));
        var (third, _) = await PollAsync(next, TimeProvider.System.GetUtcNow().AddMinutes(2));

        Assert.Equal(leads.Select(lead => $"lead:{lead}").Order(StringComparer.Ordinal), first.OfType<StageChangedEvent>().Select(read => read.People[0].Id).Order(StringComparer.Ordinal));
        Assert.Equal(deal, Assert.Single(first.OfType<DealChangedEvent>()).DealId);
        Assert.Equal([SourceEventKind.StageChanged, SourceEventKind.ContactDeleted], second.Select(read => read.Kind));
        Assert.Empty(third);
    }

    [Fact]
    public async Task A_token_that_has_expired_begins_again_and_takes_what_changed_since_a_little_before()
    {
        var now = TimeProvider.System.GetUtcNow();
        Environment.Create("leads", ("emailaddress1", "old@example.com"));
        var (_, cursor) = await PollAsync(null, now.AddDays(30));
        Environment.ForgetChanges();

        // The run of thirty days later has seen all that was there.
        var (again, next) = await PollAsync(cursor, now.AddDays(31));
        Environment.Create("leads", ("emailaddress1", "new@example.com"));
        var (later, _) = await PollAsync(next, now.AddDays(32));

        Assert.Empty(again);
        Assert.Equal("new@example.com", Assert.Single(later).SubjectEmail);
        Assert.Contains(Sandbox.Calls.Recent, call => call.Status == 410);
    }

    [Fact]
    public async Task Only_rows_since_the_setting_are_taken_and_the_next_poll_is_not_early()
    {
        Environment.Create("leads", ("emailaddress1", "a@example.com"));
        var (source, now) = (ConnectWith("PollSince", "2999-01-01T00:00:00Z"), TimeProvider.System.GetUtcNow());

        var page = await source.PollAsync(null, now, Stop);
        Sandbox.Calls.Clear();
        var early = await source.PollAsync(page.NextCursor, now, Stop);

        Assert.Empty(page.Deliveries);
        Assert.Equal(page.NextCursor, early.NextCursor);
        Assert.Empty(Sandbox.Calls.Recent);
    }

    [Fact]
    public async Task A_deal_gets_its_contact_and_currency_and_a_record_that_was_too_large_is_read()
    {
        var contact = Environment.Create("contacts", ("emailaddress1", "ada@example.com"), ("firstname", "Ada"), ("donotemail", true));
        var deal = Environment.Create("opportunities", ("salesstage", 2), ("estimatedvalue", 10), ("parentcontactid", contact));
        var lead = Environment.Create("leads", ("emailaddress1", "bob@example.com"));
        var header = new EventHeader("key", ToolSide.Crm, null);

        var events = await Connector<IEventEnricher>().EnrichAsync(
            [
                new DealChangedEvent(header) { DealId = deal, Amount = 10, NeedsEnrichment = ["email", "currency"] },
                new ResyncEvent(header with { DedupeKey = "key2", People = [IdentityKey.Person(Vendor, $"lead:{lead}")] }),
                new ContactUpdatedEvent(header with { DedupeKey = "key3", People = [IdentityKey.Person(Vendor, $"contact:{contact}")] }) { NeedsEnrichment = ["email"] },
            ],
            Stop);

        var changed = Assert.IsType<DealChangedEvent>(events[0]);
        Assert.Equal(("ada@example.com", "EUR", $"contact:{contact}"), (changed.SubjectEmail, changed.Currency, changed.People[0].Id));
        Assert.Contains(events, read => read is StageChangedEvent { SubjectEmail: "bob@example.com" });
        Assert.Contains(events, read => read is ContactUpdatedEvent { DedupeKey: "key3", SubjectEmail: "ada@example.com" });
        Assert.Contains(events, read => read is ConsentChangedEvent { Consent: MailConsent.Unsubscribed });
    }

    [Fact]
    public async Task A_session_that_ended_and_a_limit_are_waited_for()
    {
        var lead = IdentityKey.Person(Vendor, $"lead:{Environment.Create("leads", ("lastname", "King"))}");
        var target = Connector<IPersonTarget>();
        Assert.NotNull(await target.PlanAsync(lead, Wish(), Stop));
        Sandbox.Faults.Set("dynamics", new Fault { Status = 429, RetryAfter = TimeSpan.FromSeconds(1), Count = 1 }, new Fault { Status = 503, Count = 1 });
        Sandbox.Calls.Clear();

        Assert.NotNull(await target.PlanAsync(lead, Wish(), Stop));

        Assert.Equal([429, 503, 200], Sandbox.Calls.Recent.Select(call => call.Status));
    }

    [Fact]
    public async Task What_the_sandbox_pushes_is_accepted_and_read()
    {
        var kinds = new List<SourceEventKind>();
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("A delivery needs no call."));
        var settings = new Dictionary<string, string?>(DynamicsReadingTests.Settings) { ["WebhookSecret"] = "sandbox-dynamics-webhook-secret" };
        await using var listener = await WebhookListener.StartAsync("dynamics", vendor.Connect<IWebhookSource>("dynamics", settings), kinds.AddRange);
        Environment.Webhooks.TargetUrl = $"{listener.Urls.First()}/hook";

        var (lead, other) = (Environment.Create("leads", ("emailaddress1", "a@example.com")), Environment.Create("leads", ("emailaddress1", "b@example.com")));
        Environment.Update("leads", lead, ("statuscode", 2));
        Environment.Update("leads", lead, ("donotbulkemail", true));
        Environment.Merge("leads", lead, other);
        var deal = Environment.Create("opportunities", ("salesstage", 1));
        Environment.Close(deal, 3, 100);
        Environment.Delete("leads", lead);
        Environment.IsOversize = true;
        Environment.Update("opportunities", deal, ("estimatedvalue", 5));
        await Environment.Webhooks.WhenSettledAsync(Stop);

        Assert.Equal(
            [
                SourceEventKind.ContactCreated, SourceEventKind.ContactCreated, SourceEventKind.StageChanged, SourceEventKind.ConsentUnsubscribed, SourceEventKind.ContactMerged, SourceEventKind.DealCreated,
                SourceEventKind.DealWon, SourceEventKind.ContactDeleted, SourceEventKind.ResyncRequired,
            ],
            kinds);
    }

    [Fact]
    public async Task With_a_managed_identity_the_apps_own_token_is_asked_for()
    {
        var identity = new FakeIdentity();
        var settings = new Dictionary<string, string?>(SettingsAt(Sandbox.Url)) { ["ManagedIdentity"] = "true", ["ClientSecret"] = null, ["TenantId"] = null };
        var lead = IdentityKey.Person(Vendor, $"lead:{Environment.Create("leads", ("lastname", "King"))}");

        await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => Connect<IPersonTarget>(settings, identity).PlanAsync(lead, Wish(), Stop));
        var without = await Assert.ThrowsAsync<ConnectorNeedsAuthorizationException>(() => Connect<IPersonTarget>(settings, null).PlanAsync(lead, Wish(), Stop));

        Assert.Equal(($"{Sandbox.Url}/.default", "7e000000-0000-4000-8000-000000000002"), identity.Asked);
        Assert.Equal("no_managed_identity", without.ErrorCode);
    }

    private IPollSource ConnectWith(string key, string value) =>
        Connect<IPollSource>(new Dictionary<string, string?>(SettingsAt(Sandbox.Url)) { [key] = value }, null);

    private static T Connect<T>(IEnumerable<KeyValuePair<string, string?>> settings, IManagedIdentity? identity)
        where T : class, IConnector
    {
        var services = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"Connectors:dynamics:{setting.Key}", setting.Value))).Build());
        return (identity is null ? services : services.AddSingleton(identity)).BuildServiceProvider().GetRequiredService<ConnectorSet>().Find<T>("dynamics")!;
    }

    private static PersonWish Wish() => new()
    {
        Stage = FunnelStage.Evaluation, OptedOut = true,
        Profile = new Dictionary<PersonProperty, string> { [PersonProperty.LastName] = "Byron", [PersonProperty.Phone] = "+49 30 9" }.ToImmutableDictionary(),
    };

    private sealed class FakeIdentity : IManagedIdentity
    {
        public (string Scope, string? ClientId) Asked { get; private set; }

        public Task<AccessToken> TokenAsync(string connector, string scope, string? clientId, CancellationToken cancellationToken)
        {
            Asked = (scope, clientId);
            return Task.FromResult(new AccessToken("not-granted", null));
        }
    }
}
