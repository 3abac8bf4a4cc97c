using IntegrationHub.Functions.Leads;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests.WriteBack;

/// <summary>Two real tools that a running hub keeps in step.</summary>
public sealed class ToolsInStepTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_in_either_tool_is_written_to_the_other_once_and_to_its_origin_never()
    {
        await using var tools = await StartAsync();
        var (contact, record, lead) = await MetAsync(tools);

        Clear(tools);
        tools.Tools[0].HubSpot.Update("contacts", contact, ("phone", "030 1"));
        await tools.SettleAsync();
        Assert.Equal(("030 1", 0, 1), (tools.Tools[1].Salesforce.Get(record)!["Phone"], tools.Writes(0), tools.Writes(1)));
        tools.Tools[1].Salesforce.Update("Lead", record, ("Phone", "030 2"), ("Company", "Acme Ltd"));
        await tools.SettleAsync();

        Assert.Equal(("030 2", 1, 1), (tools.Tools[0].HubSpot.Get("contacts", contact)!["phone"], tools.Writes(0), tools.Writes(1)));
        var writes = (await tools.Hub.StateAsync(lead)).Ledger.Writes.Where(write => write is { Outcome: WriteOutcome.Written, Property: PersonProperty.Phone }).ToList();
        Assert.Equal(2, writes.Count);
        Assert.All(writes, write => Assert.NotNull(write.Echo));
    }

    [Fact]
    public async Task A_row_that_states_an_old_number_again_does_not_undo_what_was_written_in_the_other_tool()
    {
        await using var tools = await StartAsync(keep: "Company");
        var (contact, record, lead) = await MetAsync(tools);
        tools.Tools[1].Salesforce.Update("Lead", record, ("Phone", "old"));
        await tools.UntilAsync(lead, journey => journey.Profile.Phone == "old", "the old number is known");

        tools.Tools[0].HubSpot.Update("contacts", contact, ("phone", "new"));
        await tools.UntilAsync(lead, journey => journey.Profile.Phone == "new", "the new number is known");
        await ToolsInStep.NextSecondAsync();
        tools.Tools[1].Salesforce.Update("Lead", record, ("Title", "Analyst"));
        await tools.UntilAsync(lead, journey => journey.Profile.JobTitle == "Analyst", "the row has come");

        await tools.UntilAsync(lead, journey => journey.Profile.Phone == "new", "the new number still counts");
        Assert.Equal("new", tools.Tools[0].HubSpot.Get("contacts", contact)!["phone"]);
    }

    [Fact]
    public async Task An_opt_out_made_together_with_another_change_is_in_the_other_tool_before_that_is()
    {
        await using var tools = await StartAsync();
        var (contact, record, _) = await MetAsync(tools);

        Clear(tools);
        tools.Tools[1].Salesforce.Update("Lead", record, ("Phone", "030 1"), ("HasOptedOutOfEmail", true));
        await tools.SettleAsync();

        var written = tools.Tools[0].HubSpot.Get("contacts", contact)!;
        Assert.Equal(("true", "030 1"), (written["hs_email_optout"], written["phone"]));
        Assert.Equal((2, 0), (tools.Writes(0), tools.Writes(1)));
    }

    [Fact]
    public async Task Somebody_who_opted_out_before_the_other_tool_knew_them_is_opted_out_there_too()
    {
        await using var tools = await StartAsync();
        var address = $"{Guid.NewGuid():N}@example.com";
        var record = tools.Tools[1].Salesforce.CreateLead(address, "Byron", "Acme", ("HasOptedOutOfEmail", true));
        await tools.LeadAsync(1, record);

        var contact = tools.Tools[0].HubSpot.CreateContact(address, ("lifecyclestage", "lead"));
        await tools.LeadAsync(0, $"{contact}");

        await tools.EventuallyAsync(() => Task.FromResult(tools.Tools[0].HubSpot.Get("contacts", contact)!["hs_email_optout"] == "true"), "the opt-out has come to HubSpot");
    }

    [Fact]
    public async Task What_is_written_to_a_converted_lead_goes_to_its_contact_and_why_tells_so()
    {
        await using var tools = await StartAsync();
        var (contact, record, lead) = await MetAsync(tools);
        var person = tools.Tools[1].Salesforce.ConvertLead(record)["ConvertedContactId"]!;

        tools.Tools[0].HubSpot.Update("contacts", contact, ("phone", "030 1"));
        await tools.EventuallyAsync(() => Task.FromResult(tools.Tools[1].Salesforce.Get(person)!["Phone"] == "030 1"), "the contact has the number");
        await tools.SettleAsync();

        Assert.DoesNotContain(tools.Tools[1].Calls.Recent, call => call is { Method: "PATCH", Status: >= 400 });
        var why = (await tools.Hub.Get<LeadQuery>().ExplainAsync(lead, Token))!;
        Assert.Contains(why.Steps, step => step.Step == WhyStepKind.Written && step.Rule is "written" or "redirected" && step.Target == tools.Names[1] && step.Reason.Contains(person, StringComparison.Ordinal));
    }

    private Task<ToolsInStep> StartAsync(string keep = "phone") =>
        ToolsInStep.StartAsync(azurite, ["HubSpot", "Salesforce"], ("0:WriteProfile", keep), ("1:WriteProfile", keep));

    private static void Clear(ToolsInStep tools)
    {
        foreach (var tool in tools.Tools)
        {
            tool.Calls.Clear();
        }
    }

    private static async Task<(long Contact, string Record, LeadId Lead)> MetAsync(ToolsInStep tools)
    {
        var address = $"{Guid.NewGuid():N}@example.com";
        var contact = tools.Tools[0].HubSpot.CreateContact(address);
        var lead = await tools.LeadAsync(0, $"{contact}");
        var record = tools.Tools[1].Salesforce.CreateLead(address, "Byron", "Acme");
        await tools.UntilAsync(lead, journey => journey.Identities.Contains(IdentityKey.Person(tools.Names[1], record)), "both tools know the person");
        await tools.SettleAsync();
        return (contact, record, lead);
    }
}
