namespace IntegrationHub.Infra.Tests;

/// <summary>What is wrong with a parameters file shows before anything is deployed: in the compiler by its code, across parameters by a sentence.</summary>
public sealed class WrongParametersTests(BicepCompiler bicep) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-parameters-").FullName;

    [Theory]
    [InlineData("everything", "type: 'Salesforce'", "type: 'Zendesk'", "BCP036", "type")]
    [InlineData("everything", "type: 'HubSpot'", "type: 'hubspot'", "BCP088", "HubSpot")]
    [InlineData("everything", "type: 'Salesforce'", "", "BCP078", "type")]
    [InlineData("everything", "prospect: 'interest'", "prospect: 'intrest'", "BCP088", "prospect")]
    [InlineData("everything", "signed: 'won'", "signed: 'gone'", "BCP088", "signed")]
    [InlineData("everything", "portalId: 12345", "portalID: 12345", "BCP089", "portalID")]
    [InlineData("everything", "portalId: 12345", "portalId: '12345'", "BCP036", "portalId")]
    [InlineData("everything", "portalId: 12345", "", "BCP035", "portalId")]
    [InlineData("everything", "organizationId: '00D000000000001'", "", "BCP035", "organizationId")]
    [InlineData("everything", "portalId: 12345", "pollTasks: true", "BCP037", "pollTasks")]
    [InlineData("everything", "secrets: { clientSecret: 'hubspot-client-secret' }", "", "BCP035", "secrets")]
    [InlineData("everything", "secrets: { clientSecret: 'hubspot-client-secret' }", "secrets: { clientSecret: '' }", "BCP333", "minimum")]
    [InlineData("everything", "clientId: 'hubspot-app', ", "", "BCP035", "clientId")]
    [InlineData("everything", "kind: 'oauth'", "kind: 'privateApp'", "BCP035", "accessToken")]
    [InlineData("everything", "username: 'hub@example.com'", "", "BCP035", "username")]
    [InlineData("everything", "organizationId: '00D000000000001'", "organizationId: '00D'", "BCP333", "minimum")]
    [InlineData("everything", "writeStage: { interest: 'prospect' }", "writeStage: { qualified: 'prospect' }", "BCP037", "qualified")]
    [InlineData("everything", "recycleTo: 'awareness'", "recycleTo: 'start'", "BCP036", "recycleTo")]
    [InlineData("everything", "['phone', 'region']", "['phone', 'fax']", "BCP034", "fax")]
    [InlineData("everything", "maxRows: 30", "maxRows: 51", "BCP327", "maximum")]
    [InlineData("everything", "maxInstances: 100", "maxInstances: 5", "BCP328", "minimum")]
    [InlineData("everything", "network: 'private'", "network: 'closed'", "BCP036", "network")]
    [InlineData("everything", "requestsPerMinute: 12000", "requestsPerMinute: 5", "BCP328", "minimum")]
    [InlineData("everything", "style: 'tactical'", "style: 'funny'", "BCP036", "style")]
    [InlineData("everything", "channel: 'paid'", "channel: 'radio'", "BCP036", "channel")]
    [InlineData("everything", "capacity: 20", "capacity: 0", "BCP328", "minimum")]
    [InlineData("everything", "param writeBack =", "param writeback =", "BCP259", "writeback")]
    [InlineData("everything", "param location = 'westeurope'", "", "BCP258", "location")]
    [InlineData("minimal", "recipients: ['ops@example.com']", "recipients: []", "BCP333", "minimum")]
    public async Task The_compiler_refuses(string example, string right, string wrong, string code, string named)
    {
        var diagnostics = await bicep.DiagnosticsOfAsync(await WriteAsync(example, right, wrong));

        Assert.Contains(diagnostics, one => one.StartsWith(code, StringComparison.Ordinal) && one.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("systemOfRecord: 'salesforce'", "systemOfRecord: 'zendesk'", "funnel.systemOfRecord: \"zendesk\" must be one of the connectors: activecampaign, customerio, dynamics, hubspot, klaviyo, mailchimp, marketo, mautic, pardot, pipedrive, salesforce, webinar.")]
    [InlineData("fallback: 'ada'", "fallback: 'alan'", "routing.sales.fallback: \"alan\" must be one of the owners: ada, grace.")]
    [InlineData("fallback: 'ada'", "", "routing.sales.fallback: must stand beside routes, and routes beside it, for example fallback: 'ada'.")]
    [InlineData("roundRobin: ['ada', 'grace'], ", "", "routing.sales.routes[1]: must have either an owner or a roundRobin, for example owner: 'ada'.")]
    [InlineData("grace: { id: { salesforce:", "grace: { id: { zendesk:", "owners.grace.id: \"zendesk\" must be one of the connectors: activecampaign, customerio, dynamics, hubspot, klaviyo, mailchimp, marketo, mautic, pardot, pipedrive, salesforce, webinar.")]
    [InlineData("  hubspot: {", "  'hub-spot': {", "connectors: the name \"hub-spot\" must be letters and digits only, for example hubspot.")]
    [InlineData("busTier: 'Premium'", "busTier: 'Standard'", "platform.network: must be public with the tier Standard, or stand beside busTier: 'Premium', for example network: 'public'.")]
    [InlineData("Hub__ReplayPerSecond: '50'", "Hub__LinkKey: 'abc'", "platform.extraSettings.Hub__LinkKey: must be a reference to the Key Vault, for example @Microsoft.KeyVault(")]
    public async Task A_rule_across_parameters_says_what_would_be_right(string right, string wrong, string sentence)
    {
        var path = await WriteAsync("everything", right, wrong);

        Assert.Empty(await bicep.DiagnosticsOfAsync(path));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => bicep.SnapshotAsync(path));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> WriteAsync(string example, string right, string wrong)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(BicepCompiler.Folder, "examples", $"{example}.bicepparam"));
        Assert.Contains(right, text, StringComparison.Ordinal);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        var main = Path.GetRelativePath(_folder, Path.Combine(BicepCompiler.Folder, "main.bicep"));
        var path = Path.Combine(_folder, "wrong.bicepparam");
        await File.WriteAllTextAsync(path, (text[..at] + wrong + text[(at + right.Length)..]).Replace("../main.bicep", main, StringComparison.Ordinal));
        return path;
    }
}
