using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.EndToEnd;

/// <summary>A lead of Marketo from its first activity to the CRM and back, while Marketo refuses and fails.</summary>
public sealed class MarketoTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_lead_that_attended_is_handed_over_and_an_opt_out_of_the_CRM_comes_back_through_refusals_and_failures()
    {
        await using var world = await World.StartAsync(
            ("Connectors__marketo__Type", "Marketo"), ("Connectors__marketo__BaseUrl", $"{World.VendorsUrl}/marketo/"),
            ("Connectors__marketo__MunchkinId", "123-ABC-456"), ("Connectors__marketo__ClientId", "sandbox-marketo-client"),
            ("Connectors__marketo__ClientSecret", "sandbox-marketo-client-secret"), ("Connectors__marketo__WebhookToken", "sandbox-marketo-token"),
            ("Connectors__marketo__WriteStage__interest", "Working"));
        var (marketo, crm) = (world.Vendors.Marketo, world.Vendors.Salesforce);
        world.Vendors.Faults.Set(
            "marketo",
            new Fault { Status = 429, PathPrefix = "/rest/v1/activities", Count = 1 },
            new Fault { Status = 500, PathPrefix = "/rest/v1/leads", Method = "GET", Count = 4 },
            new Fault { Code = "615", PathPrefix = "/rest/v1/leads", Method = "POST", Count = 1 },
            new Fault { Status = 500, PathPrefix = "/rest/v1/leads", Method = "POST", Count = 4 });

        var lead = marketo.CreateLead("mira@example.com", ("lastName", "Market"), ("company", "Webinar Ltd"), ("leadStatus", "On List"));
        marketo.SetStatus(lead, 1107, "Attended");

        var record = "";
        await Wait.UntilAsync("the lead is in the CRM", Timeout, async () => (record = await RecordAsync(world, lead)).Length > 0);
        Assert.Equal("mira@example.com", crm.Get(record)!["Email"]);
        Assert.Equal("evaluation", (await world.Hub.FindLeadAsync($"{lead}", "marketo"))!.Value.GetProperty("stage").GetString());

        marketo.ExpirePagingTokens();
        crm.Update("Lead", record, ("HasOptedOutOfEmail", true));
        await Wait.UntilAsync("Marketo knows the opt-out", Timeout, () => Task.FromResult("true".Equals(marketo.Field(lead, "unsubscribed"), StringComparison.OrdinalIgnoreCase)));
        crm.SetLeadStatus(record, "Closed - Not Converted");
        await Wait.UntilAsync("Marketo shows that the lead is marketing's again", Timeout, () => Task.FromResult(marketo.Field(lead, "leadStatus") == "Working"));
        marketo.FillForm(lead, "Demo");
        await Wait.UntilAsync("what comes after the lost paging token arrives", Timeout, async () =>
            (await world.Hub.FindLeadAsync($"{lead}", "marketo"))!.Value.GetProperty("history").EnumerateArray().Any(fact => fact.GetProperty("kind").GetString() == "campaignTouched"));

        await world.Hub.UntilIdleAsync();
        var history = (await world.Hub.FindLeadAsync($"{lead}", "marketo"))!.Value.GetProperty("history").EnumerateArray().Where(fact => fact.GetProperty("connector").GetString() == "marketo").ToList();
        Assert.Single(history, fact => fact.GetProperty("kind").GetString() == "campaignTouched");
        Assert.All(world.Vendors.Faults.Active(), fault => Assert.NotEqual("marketo", fault.Vendor));
        Assert.Single(crm.All("Lead"));
    }

    private static async Task<string> RecordAsync(World world, int lead) =>
        (await world.Hub.FindLeadAsync($"{lead}", "marketo"))?.GetProperty("identities").EnumerateArray()
            .Where(key => key.TryGetProperty("connector", out var name) && name.GetString() == "salesforce").Select(key => key.GetProperty("id").GetString()).FirstOrDefault() ?? "";
}
