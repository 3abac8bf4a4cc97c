namespace IntegrationHub.Sandbox.Tests;

/// <summary>Automations that rewrite what is written.</summary>
public sealed class RewriteTests : SandboxFixture
{
    [Theory]
    [InlineData("030 1234", "+49 30 1234")]
    [InlineData("+49 30 1234", "+49 30 1234")]
    public async Task Salesforce_saves_what_an_automation_makes_of_a_field_whoever_writes_it(string written, string saved)
    {
        var lead = Sandbox.Salesforce.CreateLead("ada@example.com", "Byron", "Acme");
        Sandbox.Salesforce.Rewrites["Phone"] = International;

        await PatchAsync(Salesforce, $"services/data/v60.0/sobjects/Lead/{lead}", $$"""{"Phone":"{{written}}"}""");
        Assert.Equal(saved, Sandbox.Salesforce.Get(lead)!["Phone"]);
        Sandbox.Salesforce.Update("Lead", lead, ("Phone", "030 99"));

        Assert.Equal("+49 30 99", Sandbox.Salesforce.Get(lead)!["Phone"]);
        Assert.Equal("Byron", Sandbox.Salesforce.Get(lead)!["LastName"]);
    }

    [Fact]
    public async Task HubSpot_tells_of_what_was_written_and_of_what_an_automation_made_of_it()
    {
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        Sandbox.HubSpot.Rewrites["phone"] = International;

        await PatchAsync(HubSpot, $"crm/v3/objects/contacts/{contact}", """{"properties":{"phone":"030 1234"}}""");
        var (_, body) = await GetAsync(HubSpot, $"crm/v3/objects/contacts/{contact}?propertiesWithHistory=phone");

        Assert.Equal("+49 30 1234", Sandbox.HubSpot.Get("contacts", contact)!["phone"]);
        Assert.Equal(["+49 30 1234", "030 1234"], body["propertiesWithHistory"]!["phone"]!.AsArray().Select(version => (string?)version!["value"]));
    }

    private static string International(string phone) => phone.StartsWith('0') ? $"+49 {phone[1..]}" : phone;
}
