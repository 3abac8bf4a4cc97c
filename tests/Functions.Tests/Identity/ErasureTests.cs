using System.Net;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

public sealed class ErasureTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday.AddDays(1));
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];
    private readonly FakeCrm _sales = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    [Fact]
    public async Task Nothing_of_an_erased_person_is_left_in_any_table_and_they_do_not_come_back_until_a_person_lifts_it()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var lead = await KnowAsync(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 5, "contact-2", "countess"));
        Assert.NotEmpty(await RowsAboutAsync(hub, lead));

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NoContent, HttpStatusCode.NotFound], [await api.DeleteAsync($"/api/leads/{lead}"), await api.DeleteAsync($"/api/leads/{lead}"), await api.DeleteAsync($"/api/leads/{Id("nobody")}")]);

        Assert.Equal([$"Journeys/journey-{lead}"], (await RowsAboutAsync(hub, lead)).Except([$"Deadlines/{lead}", $"ErasureLedger/{lead}"]));
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [await api.StatusAsync($"/api/leads/{lead}"), await api.StatusAsync($"/api/leads/{lead}/why")]);

        var before = await DroppedAsync(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 30, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 31, "contact-9", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 32, null, "countess"));
        Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads?email={Marketing.Address("ada")}"));
        Assert.Equal(before + 3, await DroppedAsync(hub));

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/tombstones?email={Marketing.Address("ada")}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.DeleteAsync($"/api/tombstones?email={Marketing.Address("ada")}"));
        Assert.Equal(HttpStatusCode.BadRequest, await api.DeleteAsync("/api/tombstones?email=nobody"));
        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/tombstones?connector={Marketing.Name}&id={Marketing.Record("contact-1").Id}"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 40, "contact-1", "ada"));
        Assert.Equal(HttpStatusCode.OK, await api.StatusAsync($"/api/leads?email={Marketing.Address("ada")}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_privacy_deletion_erases_whether_the_plain_deletion_comes_before_or_after(bool before)
    {
        await using var hub = await NewHubAsync();
        var lead = await KnowAsync(hub);
        var deletion = Marketing.Event(of => new ContactDeletedEvent(of), 20, "contact-1");
        var privacy = Marketing.Event(of => new PrivacyDeletedEvent(of), 20, "contact-1");

        await hub.TellAsync(Marketing, before ? deletion : privacy);
        await hub.TellAsync(Marketing, before ? privacy : deletion);
        await hub.TellAsync(Marketing, privacy, Marketing.Stage(FunnelStage.Evaluation, 25, "contact-1"));

        Assert.Null(await hub.Journeys.LoadAsync(lead, Token));
        Assert.Equal([$"Journeys/journey-{lead}"], (await RowsAboutAsync(hub, lead)).Except([$"Deadlines/{lead}", $"ErasureLedger/{lead}"]));
        Assert.True((await hub.Get<IdentityStore>().LookUpAsync(IdentityKey.Email(Email("ada")), Token)).Erased);
    }

    [Fact]
    public async Task Nothing_another_instance_remembers_or_has_under_way_brings_an_erased_person_back()
    {
        await using var hub = await NewHubAsync();
        await using var other = await NewHubAsync();
        var lead = await KnowAsync(hub);
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 20, "contact-1", "ada"));
        var announced = (await hub.EventsAsync<HandoffAnnounced>("to-sales")).Concat(await other.EventsAsync<HandoffAnnounced>("to-sales")).Where(handoff => handoff.LeadId == lead).ToList();
        Assert.NotEmpty(announced);

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 30, "contact-1"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 40, "contact-1", "ada"));
        await other.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 41, "contact-1", "ada"));
        foreach (var handoff in announced)
        {
            await other.Get<HandoffFlow>().DeliverAsync(handoff, Token);
        }

        Assert.Null(await other.Journeys.LoadAsync(lead, Token));
        Assert.Empty(_sales.Records);
        Assert.Equal([$"Journeys/journey-{lead}"], (await RowsAboutAsync(hub, lead)).Except([$"Deadlines/{lead}", $"ErasureLedger/{lead}"]));
    }

    [Fact]
    public async Task A_person_nobody_knew_does_not_come_back_either()
    {
        await using var hub = await NewHubAsync();

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 0, "contact-7"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-7", "late"));

        Assert.Null(await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-7"), Token));
        Assert.Null(await hub.Get<IdentityStore>().FindAsync(IdentityKey.Email(Email("late")), Token));
    }

    [Fact]
    public async Task What_waits_for_somebody_to_tell_whose_it_is_is_forgotten_with_the_record_it_is_about()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "ada"));
        var lead = (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;
        var question = Assert.Single((await hub.Get<ReviewStore>().OpenAsync(PageRequest.First, Token)).Items, review => review.Leads.Contains(lead));

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 2, "contact-2"));

        Assert.Null(await hub.Get<ReviewStore>().FindAsync(question.Id, Token));
        await Eventually.TrueAsync(async () => (await hub.Get<ReviewStore>().KeptAsync(question.Id, Token)).Count == 0 && (await hub.MessagesAsync("inbound", null)).Count == 0, "nothing waits any more");
        Assert.DoesNotContain(await RowsAboutAsync(hub, lead), row => row.StartsWith("Reviews/", StringComparison.Ordinal));
        Assert.NotNull(await hub.Journeys.LoadAsync(lead, Token));
    }

    [Fact]
    public async Task The_answer_that_somebody_is_a_person_of_their_own_is_forgotten_with_them()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        var waiting = Marketing.Deliver(Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "ada"));
        await hub.TellAsync(waiting);
        var lead = (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;
        var question = Assert.Single((await hub.Get<ReviewStore>().OpenAsync(PageRequest.First, Token)).Items, review => review.Leads.Contains(lead));
        await hub.Get<ReviewFlow>().AnswerAsync(question.Id, new(Separate: true), Token);
        await hub.TellAsync(waiting);

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync((await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-2"), Token))!, Token));

        Assert.Null(await hub.Get<ReviewStore>().FindAsync(question.Id, Token));
        Assert.NotNull(await hub.Journeys.LoadAsync(lead, Token));
    }

    [Fact]
    public async Task The_leads_merged_into_an_erased_one_are_erased_with_it()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 1, "contact-2", "countess"));
        LeadId[] leads = [(await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!, (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-2"), Token))!];
        await hub.TellAsync(Marketing, Marketing.Merge(2, "contact-2", "contact-1"));
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var merged = leads.MaxBy(lead => lead.Value, StringComparer.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/leads/{merged}"));

        foreach (var lead in leads)
        {
            Assert.Equal([$"Journeys/journey-{lead}"], (await RowsAboutAsync(hub, lead)).Except([$"Deadlines/{lead}", $"ErasureLedger/{lead}"]));
            Assert.Equal(HttpStatusCode.NotFound, await api.StatusAsync($"/api/leads/{lead}"));
            Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/leads/{lead}"));
        }

        Assert.All(["ada", "countess"], async who => Assert.True((await hub.Get<IdentityStore>().LookUpAsync(IdentityKey.Email(Email(who)), Token)).Erased));
    }

    [Fact]
    public async Task What_a_tool_tells_of_a_record_after_its_deletion_is_dropped_and_counted_until_it_restores_it()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        var lead = (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;

        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactDeletedEvent(of), 10, "contact-1"));
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 11, "contact-1"));
        await hub.TellAsync(Marketing, Marketing.Event(of => new ActivityEvent(of), 5, "contact-1") with { Touch = TouchKind.Click });
        var gone = await hub.StateAsync(lead);
        Assert.True(Fold(gone).Gone);
        Assert.DoesNotContain(gone.Facts.Values.OfType<StageClaimed>(), claim => claim.Stage == FunnelStage.Evaluation);
        Assert.Single(gone.Facts.Values.OfType<CampaignTouched>());
        Assert.Empty(gone.Ledger.Handoffs);
        Assert.Null(StallRules.NextDue(Fold(gone), gone.Ledger, Policy));
        Assert.True((await hub.Get<ConnectorStateStore>().GetAllAsync(Token))[Marketing.Name].Dropped > 0);

        await hub.TellAsync(Marketing, Marketing.Event(of => new ContactCreatedEvent(of), 20, "contact-1") with { Restored = true });
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Evaluation, 21, "contact-1"));

        Assert.Equal((false, FunnelStage.Evaluation), (Fold(await hub.StateAsync(lead)).Gone, Fold(await hub.StateAsync(lead)).Stage));
        Assert.Single((await hub.StateAsync(lead)).Ledger.Handoffs);
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [Marketing, _sales]);

    /// <summary>Test classes share the tables.</summary>
    private async Task<long> DroppedAsync(TestHub hub) => (await hub.Get<ConnectorStateStore>().GetAllAsync(Token)).GetValueOrDefault(Marketing.Name)?.Dropped ?? 0;

    private EmailAddress Email(string who) => EmailAddress.TryParse(Marketing.Address(who), out var email) ? email : throw new InvalidOperationException();

    private async Task<LeadId> KnowAsync(TestHub hub)
    {
        await hub.TellAsync(
            Marketing,
            Marketing.Stage(FunnelStage.Evaluation, 0, "contact-1", "ada"),
            Marketing.Event(of => new EmailChangedEvent(of), 1, "contact-1", "countess"),
            Marketing.Event(of => new DealChangedEvent(of) { DealId = $"deal-{_world}", IsNew = true }, 2, "contact-1", side: ToolSide.Crm));
        return (await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token))!;
    }

    /// <summary>The rows, of any table, that hold anything of the person: named after their lead, or with their ids and addresses in them, which end with the name of this test's world.</summary>
    private async Task<IReadOnlyList<string>> RowsAboutAsync(TestHub hub, LeadId lead)
    {
        var found = new List<string>();
        var (tables, prefix) = (hub.Get<TableServiceClient>(), hub.Get<HubOptions>().TablePrefix);
        await foreach (var item in tables.QueryAsync((string?)null, cancellationToken: Token).Where(item => item.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var (name, table) = (item.Name[prefix.Length..], tables.GetTableClient(item.Name));

            // The audit says who erased which lead, by its id alone.
            string[] needles = name == HubTables.Audit ? [_world] : [_world, lead.Value];
            await foreach (var row in table.QueryAsync<TableEntity>((string?)null, cancellationToken: Token))
            {
                // The records that a person has to erase in other tools stay until that is done, and so does the notice of them.
                if (row.PartitionKey != "tools-hand" && (name != HubTables.Notices || row.GetString("Key") != "erasures-by-hand")
                    && row.Any(column => needles.Any(needle => Says(column.Value).Contains(needle, StringComparison.Ordinal))))
                {
                    found.Add($"{name}/{row.RowKey}");
                }
            }
        }

        return found;
    }

    private static string Says(object? value) => value switch
    {
        byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
        null => "",
        _ => value.ToString() ?? "",
    };

    private static Journey Fold(JourneyState state) => JourneyFold.Fold(state.LeadId, state.Facts.Values, Policy);
}
