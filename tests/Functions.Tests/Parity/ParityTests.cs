using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Parity;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Faults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Parity;

/// <summary>Two tools that differ, and what the hub says of it.</summary>
public sealed class ParityTests(Azurite azurite) : IAsyncLifetime
{
    private const string HubSpot = "hubspot", Salesforce = "salesforce";

    private readonly StillTimeProvider _tools = new(Monday);
    private readonly StillTimeProvider _clock = new(Monday.AddHours(2));
    private readonly Dictionary<string, ParityCause> _seeded = [];
    private SandboxHost _sandbox = null!;
    private ServiceProvider _connectors = null!;
    private TestHub _hub = null!;
    private int _person;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ParityStore Store => _hub.Get<ParityStore>();

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new() { Urls = "http://127.0.0.1:0", Time = _tools }, Token);
        var settings = new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = "HubSpot",
            ["Connectors:hubspot:BaseUrl"] = $"{_sandbox.Url}/hubspot",
            ["Connectors:hubspot:ClientSecret"] = "sandbox-hubspot-client-secret",
            ["Connectors:hubspot:PortalId"] = "62515",
            ["Connectors:hubspot:AccessToken"] = "pat-sandbox",
            ["Connectors:salesforce:Type"] = "Salesforce",
            ["Connectors:salesforce:BaseUrl"] = $"{_sandbox.Url}/salesforce",
            ["Connectors:salesforce:ClientId"] = "sandbox-salesforce-client",
            ["Connectors:salesforce:OrganizationId"] = "00D5g000001AbCdEAK",
            ["Connectors:salesforce:ClientSecret"] = "sandbox-salesforce-client-secret",
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        _connectors = new ServiceCollection().AddLogging().AddConnectors(configuration).BuildServiceProvider();
        _hub = await TestHub.CreateAsync(azurite, _clock, [.. _connectors.GetServices<IConnector>()]);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _connectors.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Twenty_five_differences_of_seven_kinds_are_named_each_with_its_cause_and_nothing_else()
    {
        for (var i = 0; i < 4; i++)
        {
            await InBothAsync();
            await OnlyInMarketingAsync(ParityCause.Rule, Claim(FunnelStage.Interest, Monday));
            await OnlyInMarketingAsync(ParityCause.Lag, Claim(FunnelStage.Evaluation, Monday));
            await RefuseAsync(await OnlyInMarketingAsync(ParityCause.Refused, Claim(FunnelStage.Evaluation, Monday)));
            await DeletedInSalesforceAsync();
        }

        for (var i = 0; i < 3; i++)
        {
            await SecondRecordAsync();
            Seed(Contact(), ParityCause.Missed);
            await ErasedAsync();
        }

        await _hub.Get<ParityFlow>().RunAsync(Token);

        var there = await ReportAsync(HubSpot, Salesforce);
        var missing = await MissingAsync();
        Assert.Equal(25, _seeded.Count);
        Assert.Equal(
            _seeded.OrderBy(pair => pair.Key),
            missing.ToDictionary(person => person.Record, person => person.Cause).OrderBy(pair => pair.Key));
        Assert.Equal((32, 7, 25, 3), (there.People, there.InBoth, there.Missing.Values.Sum(), there.NeedALook));
        Assert.Equal(new(FunnelStage.Evaluation, 0, 8), Assert.Single(there.Stages, stage => stage.Stage == FunnelStage.Evaluation));
        Assert.All(missing, person => Assert.Equal(person.Cause is ParityCause.Missed or ParityCause.Erased, person.LeadId is null));

        var back = await ReportAsync(Salesforce, HubSpot);
        Assert.Equal((7, 7, 0), (back.People, back.InBoth, back.Missing.Count));
    }

    [Fact]
    public async Task A_record_that_the_other_tool_lost_without_a_word_and_one_that_is_new_are_told_apart()
    {
        var (contact, record) = await InBothAsync();
        _sandbox.Salesforce.Delete("Lead", record);
        _tools.Advance(TimeSpan.FromMinutes(90));
        var late = Contact();

        await _hub.Get<ParityFlow>().RunAsync(Token);

        var missing = (await MissingAsync()).ToDictionary(person => person.Record, person => person.Cause);
        Assert.Equal((ParityCause.Vanished, ParityCause.Lag), (missing[$"{contact}"], missing[$"{late}"]));
    }

    [Fact]
    public async Task Ops_are_told_once_until_more_people_need_a_look_and_again_after_all_was_well()
    {
        Contact();
        await WalkAsync();
        await WalkAsync();
        var notice = Assert.Single(await PendingAsync());
        Assert.DoesNotContain("@", string.Concat([notice.Subject, .. notice.Lines]), StringComparison.Ordinal);

        Contact();
        await WalkAsync();
        Assert.Contains("2 of them need a look", Assert.Single(await PendingAsync()).Lines[0], StringComparison.Ordinal);

        foreach (var contact in _sandbox.HubSpot.All("contacts"))
        {
            _sandbox.HubSpot.Archive("contacts", contact.Id);
        }

        await WalkAsync();
        Assert.Empty(await PendingAsync());
    }

    [Fact]
    public async Task A_walk_begins_once_a_day_and_goes_on_where_a_tool_did_not_answer()
    {
        Contact();
        _sandbox.Faults.Set("salesforce", new Fault { Status = 400, PathPrefix = "/services/data" });
        await _hub.Get<ParityFlow>().RunAsync(Token);
        var first = await ReportAsync(HubSpot, Salesforce);
        Assert.Null(await Store.FindAsync(Salesforce, HubSpot, Token));

        _sandbox.Faults.Clear();
        Contact();
        await _hub.Get<ParityFlow>().RunAsync(Token);

        Assert.Equal(0, (await ReportAsync(Salesforce, HubSpot)).People);
        Assert.Equal(first.StartedAt, (await ReportAsync(HubSpot, Salesforce)).StartedAt);
        await WalkAsync();
        Assert.Equal(2, (await ReportAsync(HubSpot, Salesforce)).People);
    }

    [Fact]
    public async Task An_erasure_takes_the_person_out_of_the_list()
    {
        var lead = await OnlyInMarketingAsync(ParityCause.Rule, Claim(FunnelStage.Interest, Monday));
        await _hub.Get<ParityFlow>().RunAsync(Token);
        Assert.Single(await MissingAsync(ParityCause.Rule));

        await _hub.Get<ErasureFlow>().EraseAsync(lead, Token);

        Assert.Empty(await MissingAsync());
    }

    [Fact]
    public async Task Ops_compare_now_and_read_the_pairs_and_the_people_over_the_api()
    {
        await _hub.StartAsync();
        using var api = new HubClient(_hub);
        Contact();
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await api.StatusAsync("/api/parity/hubspot/salesforce"));

        Assert.Contains("true", (await api.PostAsync("/api/parity", "")).Body, StringComparison.Ordinal);

        var pairs = (await api.GetAsync("/api/parity")).GetProperty("pairs");
        Assert.Equal(
            ["hubspot to salesforce", "salesforce to hubspot"],
            pairs.EnumerateArray().Select(pair => $"{pair.GetProperty("from")} to {pair.GetProperty("to")}").Order());
        var missing = (await api.GetAsync("/api/parity/hubspot/salesforce?cause=missed")).GetProperty("missing");
        Assert.Equal("missed", missing.EnumerateArray().Single().GetProperty("cause").GetString());
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, await api.StatusAsync("/api/parity/hubspot/salesforce?cause=magic"));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task Health_tells_how_many_are_missing_and_whether_three_days_went_without_a_comparison(int secondsMore, bool late)
    {
        await OnlyInMarketingAsync(ParityCause.Rule, Claim(FunnelStage.Interest, Monday));
        _sandbox.HubSpot.CreateContact("unheard@example.com");
        await _hub.Get<ParityFlow>().RunAsync(Token);
        _clock.Advance(ParityReport.LateAfter + TimeSpan.FromSeconds(secondsMore));

        var pairs = (await _hub.Get<HealthFlow>().CheckAsync(Token)).Parity;

        Assert.Equal(2, pairs.Count);
        var pair = Assert.Single(pairs, pair => pair.From == HubSpot);
        Assert.Equal((Salesforce, 2, 1, late), (pair.To, pair.Missing, pair.NeedALook, pair.IsLate));
    }

    /// <summary>Compares again, a day later.</summary>
    private async Task WalkAsync()
    {
        _clock.Advance(TimeSpan.FromDays(1));
        await _hub.Get<ParityFlow>().RunAsync(Token);
    }

    private async Task<IReadOnlyList<MissingPerson>> MissingAsync(ParityCause? cause = null) =>
        (await Store.ListAsync(HubSpot, Salesforce, cause, PageRequest.First, Token))!.Items;

    private async Task<ParityReport> ReportAsync(string from, string to) => (await Store.FindAsync(from, to, Token))!;

    private async Task<IReadOnlyList<OpsNotice>> PendingAsync() =>
    [
        .. (await _hub.Get<NoticeStore>().PendingAsync(Token)).Select(notice => notice.Notice)
            .Where(notice => notice.Key.StartsWith("parity|", StringComparison.Ordinal)),
    ];

    private long Contact() => _sandbox.HubSpot.CreateContact($"person{++_person}@example.com");

    private void Seed(long contact, ParityCause cause) => _seeded[$"{contact}"] = cause;

    private async Task<LeadId> KnowAsync(long contact, params Fact[] facts)
    {
        var lead = Given.Keys.LeadOf(IdentityKey.Person(HubSpot, $"{contact}"));
        await _hub.Journeys.ApplyAsync(lead, [Known(HubSpot, $"{contact}"), .. facts], Token);
        return lead;
    }

    private async Task<LeadId> OnlyInMarketingAsync(ParityCause cause, params Fact[] facts)
    {
        var contact = Contact();
        Seed(contact, cause);
        return await KnowAsync(contact, facts);
    }

    private async Task<(long Contact, string Record)> InBothAsync()
    {
        var contact = Contact();
        var record = _sandbox.Salesforce.CreateLead($"person{_person}@example.com", "Byron", "Acme");
        var lead = await KnowAsync(contact, Known(Salesforce, record, ToolSide.Crm));
        await _hub.Get<IdentityStore>().LinkAsync(lead, IdentityKey.Person(Salesforce, record), Token);
        return (contact, record);
    }

    private Task RefuseAsync(LeadId lead) => _hub.Journeys.UpdateStoredAsync(
        lead,
        state => new(
            state.WithHandoff(
                state.Ledger.Handoffs[^1].Id,
                handoff => handoff with { Delivery = HandoffDelivery.Failed, NotDeliveredReason = "REQUIRED_FIELD_MISSING" }),
            []),
        Token);

    private async Task DeletedInSalesforceAsync()
    {
        var contact = Contact();
        Seed(contact, ParityCause.Deleted);
        var record = IdentityKey.Person(Salesforce, $"00Q5g00000Gone{_person:D4}");
        await KnowAsync(contact, Known(Salesforce, record.Id, ToolSide.Crm), new RecordDeleted
        {
            DedupeKey = "salesforce|gone",
            Connector = Salesforce,
            Side = ToolSide.Crm,
            OccurredAt = Monday,
            ReceivedAt = Monday,
            Record = record,
        });
    }

    private async Task SecondRecordAsync()
    {
        var (first, _) = await InBothAsync();
        var second = Contact();
        Seed(second, ParityCause.Duplicate);
        var lead = await KnowAsync(first, Known(HubSpot, $"{second}"));
        await _hub.Get<IdentityStore>().LinkAsync(lead, IdentityKey.Person(HubSpot, $"{second}"), Token);
    }

    private async Task ErasedAsync()
    {
        var contact = Contact();
        Seed(contact, ParityCause.Erased);
        await _hub.Get<ErasureFlow>().EraseAsync(await KnowAsync(contact, Claim(FunnelStage.Interest, Monday)), Token);
    }
}
