using System.Text.Json;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>One hub with HubSpot for marketing, and Pipedrive and Dynamics for sales: a lead's whole way, with a limit and a failure on it.</summary>
public sealed class OtherCrmsTests(OtherCrmsTests.CrmWorld crms) : IClassFixture<OtherCrmsTests.CrmWorld>
{
    private const string Sam = "7100001", Kim = "a0000000-0002-4000-8000-00000000000b";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private World World => crms.World;

    private static Fault Limit(string method, string path) => new() { Method = method, PathPrefix = path, Status = 429, RetryAfter = TimeSpan.FromSeconds(1), Count = 1 };

    private static Fault Failure(string method, string path) => new() { Method = method, PathPrefix = path, Status = 500, Count = 1 };

    [Fact]
    public async Task A_lead_goes_to_Pipedrive_is_taken_up_won_and_opted_out()
    {
        var (company, marketing) = (World.Vendors.Pipedrive, World.Vendors.HubSpot);
        World.Vendors.Faults.Set("pipedrive", Limit("GET", "/api/v2/persons/search"), Failure("GET", "/api/v1/leads"), Failure("POST", "/api/v2/activities"));
        var contact = Contact("pipe@example.com", "Pipe Ltd");

        await Wait.UntilAsync("sales have an activity", Timeout, () => Task.FromResult(company.All("activities").Count > 0));
        await Wait.UntilAsync("the handoff is delivered", Timeout, async () => await HandoffAsync(contact) is { } sent && Text(sent, "delivery") == "delivered");
        var person = $"{Assert.Single(company.All("persons"))["id"]}";
        var activity = Assert.Single(company.All("activities"));
        Assert.Equal((Sam, person), ($"{activity["owner_id"]}", $"{activity["person_id"]}"));
        Assert.Single(company.All("leads"));
        Assert.Single(company.All("notes"));
        Assert.Equal("", Text((await HandoffAsync(contact))!.Value, "acceptedAt"));

        company.Update("activities", $"{activity["id"]}", ("done", true));
        await Wait.UntilAsync("it is taken up", Timeout, async () => Text((await HandoffAsync(contact))!.Value, "acceptedAt").Length > 0);

        var deal = company.Create("deals", ("title", "Rollout"), ("person_id", long.Parse(person, null)), ("stage_id", 3), ("value", 1200), ("currency", "EUR"));
        company.Update("deals", deal, ("status", "won"));
        await Wait.UntilAsync("the lead is won", Timeout, async () => await StageAsync(contact) == "commitment");
        await Wait.UntilAsync("marketing see it", Timeout, () => Task.FromResult(marketing.Get("contacts", contact)!["lifecyclestage"] == "customer"));

        World.Vendors.Faults.Set("pipedrive", Limit("PATCH", "/api/v2/persons"), Failure("PATCH", "/api/v2/persons"));
        marketing.Update("contacts", contact, ("hs_email_optout", "true"));
        await Wait.UntilAsync("the CRM knows the opt-out", Timeout, () => Task.FromResult((string?)company.Get("persons", person)!["marketing_status"] == "unsubscribed"));
        await World.Hub.UntilIdleAsync();
        Assert.Single(company.All("activities"));
        Assert.Single(company.All("persons"));
        AssertMet("pipedrive", 5);
    }

    [Fact]
    public async Task A_lead_goes_to_Dynamics_is_worked_on_opts_out_there_and_is_given_back()
    {
        var (environment, marketing) = (World.Vendors.Dynamics, World.Vendors.HubSpot);
        World.Vendors.Faults.Set("dynamics", Limit("GET", "/api/data/v9.2/leads("), Failure("PATCH", "/api/data/v9.2/leads("), Failure("PATCH", "/api/data/v9.2/tasks("));
        var contact = Contact("dyna@example.com", "Dyna Ltd");

        await Wait.UntilAsync("the handoff is delivered", Timeout, async () => await HandoffAsync(contact) is { } sent && Text(sent, "delivery") == "delivered");
        var lead = Assert.Single(environment.All("leads"));
        var (id, task) = ($"{lead["leadid"]}", Assert.Single(environment.All("tasks")));
        Assert.Equal((Kim, $"lead:{id}", Kim), ($"{lead["ownerid"]}", $"{task["regardingobjectid"]}", $"{task["ownerid"]}"));
        Assert.Equal(Text((await LeadAsync(contact))!.Value, "leadId"), $"{lead["new_integrationhubleadid"]}");

        environment.Update("leads", id, ("statuscode", 2));
        await Wait.UntilAsync("it is taken up", Timeout, async () => Text((await HandoffAsync(contact))!.Value, "acceptedAt").Length > 0);

        environment.Update("leads", id, ("donotbulkemail", true));
        await Wait.UntilAsync("marketing know the opt-out", Timeout, () => Task.FromResult(marketing.Get("contacts", contact)!["hs_email_optout"] == "true"));

        environment.Update("leads", id, ("statecode", 2), ("statuscode", 5));
        await Wait.UntilAsync("marketing have it back", Timeout, async () => Text((await LeadAsync(contact))!.Value, "owner") == "marketing");
        Assert.Equal("lead.statuscode=5", Text((await HandoffAsync(contact))!.Value, "returnedReason"));
        await World.Hub.UntilIdleAsync();
        Assert.Single(environment.All("leads"));
        Assert.Single(environment.All("annotations"));
        AssertMet("dynamics", 3);
    }

    private void AssertMet(string vendor, int faults) =>
        Assert.Equal(faults, World.Vendors.Calls.Recent.Count(call => call.Vendor == vendor && call.Status is 429 or 500 && call.Fault is not null));

    private long Contact(string email, string company)
    {
        var contact = World.Vendors.HubSpot.CreateContact(email, ("firstname", "Ada"), ("lastname", "Byron"), ("company", company));
        World.Vendors.HubSpot.SetLifecycle(contact, "salesqualifiedlead");
        return contact;
    }

    private Task<JsonElement?> LeadAsync(long contact) => World.Hub.FindLeadAsync(contact);

    private async Task<string> StageAsync(long contact) => Text((await LeadAsync(contact))!.Value, "stage");

    /// <summary>The first handoff to sales; null when there is none yet.</summary>
    private async Task<JsonElement?> HandoffAsync(long contact) => (await LeadAsync(contact))?.GetProperty("handoffs").EnumerateArray()
        .Where(handoff => Text(handoff, "to") == "sales").Cast<JsonElement?>().FirstOrDefault();

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>The hub of both tests.</summary>
    public sealed class CrmWorld : IAsyncLifetime
    {
        internal World World { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var url = $"http://127.0.0.1:{FreePort.Find()}";
            World = await World.StartAsync(
                new() { Urls = url }, _ => { },
                ("Handoffs__sales__Connector", "pipedrive"), ("Handoffs__sales__Fallback", "sam"),
                ("Handoffs__sales__Routes__1__Company", "Dyna*"), ("Handoffs__sales__Routes__1__Owner", "kim"), ("Handoffs__sales__Routes__1__Connector", "dynamics"),
                ("Owners__sam__Id__pipedrive", Sam), ("Owners__sam__Id__dynamics", "a0000000-0002-4000-8000-00000000000a"),
                ("Owners__kim__Id__dynamics", Kim), ("Owners__kim__Id__pipedrive", "7100002"),
                ("Owners__sam__Email", "sam@example.com"), ("Owners__kim__Email", "kim@example.com"),
                ("Connectors__pipedrive__Type", "Pipedrive"), ("Connectors__pipedrive__BaseUrl", $"{url}/pipedrive/"), ("Connectors__pipedrive__CompanyId", "7000001"),
                ("Connectors__pipedrive__ApiToken", "sandbox-pipedrive-token"), ("Connectors__pipedrive__UserId", "7100009"), ("Connectors__pipedrive__WebhookUser", "hub-pipedrive"),
                ("Connectors__pipedrive__WebhookPassword", "sandbox:pipedrive"), ("Connectors__pipedrive__DealStageMap__1", "interest"), ("Connectors__pipedrive__DealStageMap__3", "evaluation"),
                ("Connectors__dynamics__Type", "Dynamics"), ("Connectors__dynamics__BaseUrl", $"{url}/dynamics/"), ("Connectors__dynamics__LoginUrl", $"{url}/dynamics/"),
                ("Connectors__dynamics__OrganizationId", "c0000000-0003-4000-8000-00000000000c"), ("Connectors__dynamics__ApplicationUserId", "feed0000-0000-0000-0000-00000000beef"),
                ("Connectors__dynamics__TenantId", "7e000000-0000-4000-8000-000000000001"), ("Connectors__dynamics__ClientId", "7e000000-0000-4000-8000-000000000002"),
                ("Connectors__dynamics__ClientSecret", "sandbox-dynamics-client-secret"), ("Connectors__dynamics__WebhookSecret", "sandbox-dynamics-webhook-secret"),
                ("Connectors__dynamics__PollEvery", "00:05:00"));
            World.Vendors.HubSpot.Webhooks.TargetUrl = World.Hub.WebhookUrl;
            World.Vendors.Pipedrive.Webhooks.TargetUrl = $"{World.Hub.Url}/api/webhooks/pipedrive";
            World.Vendors.Dynamics.Webhooks.TargetUrl = $"{World.Hub.Url}/api/webhooks/dynamics";
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
