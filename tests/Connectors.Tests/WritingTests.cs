using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests;

/// <summary>What the connectors write to people's records, with vendors that keep state.</summary>
public sealed class WritingTests : IAsyncLifetime
{
    private SandboxHost _sandbox = null!;
    private ServiceProvider _provider = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SalesforceState Org => _sandbox.Salesforce;

    private HubSpotState Portal => _sandbox.HubSpot;

    private IPersonTarget HubSpot => _provider.GetRequiredService<ConnectorSet>().Find<IPersonTarget>("hubspot")!;

    private IPersonTarget Salesforce => _provider.GetRequiredService<ConnectorSet>().Find<IPersonTarget>("salesforce")!;

    private static PersonWish Profile => new()
    {
        Profile = new Dictionary<PersonProperty, string>
        {
            [PersonProperty.FirstName] = "Ada",
            [PersonProperty.LastName] = "Byron",
            [PersonProperty.Company] = "Engines Ltd",
            [PersonProperty.JobTitle] = "Analyst",
            [PersonProperty.Phone] = " 030 1234 ",
            [PersonProperty.Region] = "England",
        }.ToImmutableDictionary(),
    };

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new() { Urls = "http://127.0.0.1:0", Salesforce = new() { CustomFields = ["Lead.Return_Reason__c"] } }, Stop);
        _provider = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = "HubSpot",
            ["Connectors:hubspot:BaseUrl"] = $"{_sandbox.Url}/hubspot",
            ["Connectors:hubspot:ClientSecret"] = "sandbox-hubspot-client-secret",
            ["Connectors:hubspot:PortalId"] = "62515",
            ["Connectors:hubspot:AccessToken"] = "pat-sandbox",
            ["Connectors:hubspot:WriteProfile"] = "phone, company, jobTitle",
            ["Connectors:salesforce:Type"] = "Salesforce",
            ["Connectors:salesforce:BaseUrl"] = $"{_sandbox.Url}/salesforce",
            ["Connectors:salesforce:ClientId"] = "sandbox-salesforce-client",
            ["Connectors:salesforce:OrganizationId"] = "00D5g000001AbCdEAK",
            ["Connectors:salesforce:ClientSecret"] = "sandbox-salesforce-client-secret",
            ["Connectors:salesforce:ReturnReasonField"] = "Return_Reason__c",
        }).Build()).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public void Nothing_of_the_profile_is_written_but_what_the_settings_name()
    {
        Assert.Equal([PersonProperty.Stage, PersonProperty.Consent, PersonProperty.Company, PersonProperty.JobTitle, PersonProperty.Phone], HubSpot.Writes.Order());
        Assert.Equal([PersonProperty.Consent], Salesforce.Writes);
    }

    [Fact]
    public async Task HubSpot_gets_what_differs_and_nothing_the_second_time()
    {
        var contact = IdentityKey.Person("hubspot", $"{Portal.CreateContact("ada@example.com", ("company", "Engines Ltd"), ("phone", "030 1234"))}");

        var plan = await HubSpot.PlanAsync(contact, Profile, Stop);
        await HubSpot.WriteAsync(plan!, Stop);

        Assert.Equal(
            [PersonProperty.FirstName, PersonProperty.LastName, PersonProperty.JobTitle, PersonProperty.Region],
            plan!.Writes.Select(write => write.Property).Order());
        Assert.All(plan.All.Except(plan.Writes), write => Assert.Equal(WriteOutcome.Equal, write.Outcome));
        var written = Portal.Get("contacts", long.Parse(contact.Id, null))!;
        Assert.Equal(("Ada", "Analyst", "England"), (written["firstname"], written["jobtitle"], written["country"]));
        Assert.Equal(1, Patches("hubspot"));
        Assert.False(await HubSpot.WriteAsync(contact, Profile, Stop));
    }

    [Fact]
    public async Task HubSpots_opt_out_is_written_before_and_apart_from_everything_else_and_can_be_taken_back()
    {
        var id = Portal.CreateContact("ada@example.com");
        var contact = IdentityKey.Person("hubspot", $"{id}");

        var plan = await HubSpot.PlanAsync(contact, Profile with { OptedOut = true, Stage = FunnelStage.Interest }, Stop);
        await HubSpot.WriteAsync(plan!, Stop);
        var again = await HubSpot.WriteAsync(contact, new PersonWish { OptedOut = true }, Stop);

        Assert.Equal(PersonProperty.Consent, plan!.Writes[0].Property);
        Assert.Equal("OptedOut", plan.Writes[0].Said);
        Assert.Equal((2, false, "true"), (Patches("hubspot"), again, Portal.Get("contacts", id)!["hs_email_optout"]));
        Assert.True(await HubSpot.WriteAsync(contact, new PersonWish { OptedOut = false }, Stop));
        Assert.Equal("false", Portal.Get("contacts", id)!["hs_email_optout"]);
    }

    [Fact]
    public async Task A_stage_of_the_portals_own_that_no_map_knows_is_left_alone_and_told()
    {
        Portal.DefineLifecycleStage("94412345", "In trial");
        var id = Portal.CreateContact("ada@example.com");
        Portal.SetLifecycle(id, "94412345");

        var plan = await HubSpot.PlanAsync(IdentityKey.Person("hubspot", $"{id}"), new() { Stage = FunnelStage.Interest }, Stop);
        await HubSpot.WriteAsync(plan!, Stop);

        Assert.Equal(WriteOutcome.Kept, Assert.Single(plan!.All).Outcome);
        Assert.Equal("94412345", Portal.Get("contacts", id)!["lifecyclestage"]);
    }

    [Fact]
    public async Task A_Salesforce_lead_gets_what_differs_an_opt_out_first()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        var person = IdentityKey.Person("salesforce", lead);

        var plan = await Salesforce.PlanAsync(person, Profile with { OptedOut = true }, Stop);
        await Salesforce.WriteAsync(plan!, Stop);

        Assert.Equal(PersonProperty.Consent, plan!.Writes[0].Property);
        var written = Org.Get(lead)!;
        Assert.Equal(("Ada", "Engines Ltd", "Analyst", "030 1234", "England", "True"), (written["FirstName"], written["Company"], written["Title"], written["Phone"], written["Country"], written["HasOptedOutOfEmail"]));
        Assert.False(await Salesforce.WriteAsync(person, Profile with { OptedOut = true }, Stop));
    }

    [Fact]
    public async Task What_is_written_to_a_converted_lead_goes_to_its_contact_without_a_failure()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        var contact = Org.ConvertLead(lead)["ConvertedContactId"]!;
        var person = IdentityKey.Person("salesforce", lead);

        var plan = await Salesforce.PlanAsync(person, Profile with { OptedOut = true }, Stop);
        await Salesforce.WriteAsync(plan!, Stop);

        Assert.Equal(IdentityKey.Person("salesforce", contact), plan!.Record);
        Assert.Equal(("Ada", "030 1234", "True"), (Org.Get(contact)!["FirstName"], Org.Get(contact)!["Phone"], Org.Get(contact)!["HasOptedOutOfEmail"]));
        Assert.DoesNotContain(_sandbox.Calls.Recent, call => call.Status >= 400);
    }

    [Fact]
    public async Task A_lead_that_is_converted_between_looking_and_writing_is_tried_again_and_then_goes_to_its_contact()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        var person = IdentityKey.Person("salesforce", lead);
        var plan = await Salesforce.PlanAsync(person, Profile, Stop);
        var contact = Org.ConvertLead(lead)["ConvertedContactId"]!;

        await Assert.ThrowsAsync<VendorUnavailableException>(() => Salesforce.WriteAsync(plan!, Stop));
        Assert.True(await Salesforce.WriteAsync(person, Profile, Stop));

        Assert.Equal("030 1234", Org.Get(contact)!["Phone"]);
    }

    [Fact]
    public async Task Nothing_is_planned_for_a_record_that_is_gone()
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme");
        Org.Delete("Lead", lead);

        Assert.Null(await Salesforce.PlanAsync(IdentityKey.Person("salesforce", lead), Profile, Stop));
        Assert.Null(await HubSpot.PlanAsync(IdentityKey.Person("hubspot", "404"), Profile, Stop));
    }

    [Theory]
    [InlineData("Closed - Not Converted", true)]
    [InlineData("Working - Contacted", false)]
    [InlineData("Open - Not Contacted", false)]
    public async Task A_lead_that_was_given_back_is_open_again_when_it_is_handed_over_again_and_its_reason_is_gone(string status, bool reopened)
    {
        var lead = Org.CreateLead("ada@example.com", "Byron", "Acme", ("Status", status), ("Return_Reason__c", "no budget"));

        Assert.Equal(reopened, await Salesforce.WriteAsync(IdentityKey.Person("salesforce", lead), new PersonWish { Reopened = true }, Stop));

        Assert.Equal(reopened ? ("Open - Not Contacted", null) : (status, "no budget"), (Org.Get(lead)!["Status"], Org.Get(lead)!["Return_Reason__c"]));
    }

    [Fact]
    public async Task A_telephone_number_that_is_only_spelled_otherwise_is_not_written()
    {
        var contact = IdentityKey.Person("hubspot", $"{Portal.CreateContact("ada@example.com", ("phone", "+49 30 1234567"))}");
        var wish = new PersonWish { Profile = ImmutableDictionary<PersonProperty, string>.Empty.Add(PersonProperty.Phone, "+49 (0)30 / 123 45 67") };

        var plan = await HubSpot.PlanAsync(contact, wish, Stop);

        Assert.Equal((WriteOutcome.Equal, "+49301234567", "+49301234567"), (Assert.Single(plan!.All).Outcome, plan.All[0].Said, plan.All[0].Before));
    }

    private int Patches(string vendor) => _sandbox.Calls.Count(vendor, "PATCH");
}
