namespace IntegrationHub.Sandbox.Tests;

public sealed class LimitTests : SandboxFixture
{
    protected override SandboxOptions Options => new()
    {
        Urls = "http://127.0.0.1:0",
        HubSpot = new() { RateLimit = 2 },
        Salesforce = new() { DailyRequests = 2 },
    };

    [Fact]
    public async Task HubSpot_refuses_the_call_after_the_last_allowed_one_but_counts_no_search()
    {
        await PostAsync(HubSpot, "crm/v3/objects/contacts/search", "{}");

        Assert.Equal(200, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);
        Assert.Equal(200, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);
        Assert.Equal(429, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);
        Assert.Equal(200, (await PostAsync(HubSpot, "crm/v3/objects/contacts/search", "{}")).Status);
    }

    [Fact]
    public async Task Salesforce_refuses_with_403_beyond_the_daily_limit()
    {
        Assert.Equal(200, (await QueryAsync("SELECT Id FROM Lead")).Status);
        Assert.Equal(200, (await QueryAsync("SELECT Id FROM Lead")).Status);
        var (status, body) = await QueryAsync("SELECT Id FROM Lead");

        Assert.Equal((403, "REQUEST_LIMIT_EXCEEDED"), (status, (string?)body[0]!["errorCode"]));
    }
}
