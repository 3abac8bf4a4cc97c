using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Infra.Tests;

/// <summary>What watches the hub refers to what exists: metrics by their approved names, and pages of the runbook.</summary>
public sealed partial class WatchingTests(BicepCompiler bicep)
{
    private static readonly string Repository = Path.GetDirectoryName(BicepCompiler.Folder)!;

    [Fact]
    public async Task Alert_rules_ask_for_approved_metrics()
    {
        var queries = (await RulesAsync()).Select(rule => rule["properties"]!["criteria"]!["allOf"]![0]!["query"]?.GetValue<string>()).OfType<string>().ToList();

        Assert.NotEmpty(queries);
        Assert.Empty(queries.SelectMany(MetricsOf).Except(await ApprovedAsync(), StringComparer.Ordinal));
        Assert.All(queries, query => Assert.Single(MetricsOf(query)));
    }

    [Fact]
    public async Task The_workbook_shows_approved_metrics()
    {
        var items = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(BicepCompiler.Folder, "workbook.json"), TestContext.Current.CancellationToken))!["items"]!.AsArray();
        var queries = items.Where(item => item!["type"]!.GetValue<int>() == 3).Select(item => item!["content"]!["query"]!.GetValue<string>()).ToList();

        Assert.NotEmpty(queries);
        Assert.Empty(queries.SelectMany(MetricsOf).Except(await ApprovedAsync(), StringComparer.Ordinal));
        Assert.All(queries, query => Assert.Single(MetricsOf(query)));
    }

    [Fact]
    public async Task Every_alert_rule_names_its_page_and_writes_to_ops()
    {
        var rules = await RulesAsync();

        Assert.All(rules, rule =>
        {
            var page = Page().Match(rule["properties"]!["description"]!.GetValue<string>());
            Assert.True(page.Success && File.Exists(Path.Combine(Repository, page.Groups[1].Value)), $"{rule["name"]} names no page of docs/.");
            Assert.Contains("actionGroups", rule["properties"]!["actions"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        });
    }

    [Theory]
    [InlineData("https://hub.example.com/api/webhooks/salesforce/outbound/secret?x=1", "https://hub.example.com/api/webhooks")]
    [InlineData("https://hub.example.com/api/alerts/CfDJ8-token", "https://hub.example.com/api/alerts")]
    [InlineData("https://hub.example.com/api/leads?email=ada@example.com&code=key", "https://hub.example.com/api/leads")]
    [InlineData("https://hub.example.com/", "https://hub.example.com")]
    public async Task Logs_keep_of_a_requests_address_only_the_kind_of_call(string address, string stored) =>
        Assert.Equal(stored, Kept(await TransformationAsync("AppRequests"), address));

    [Theory]
    [InlineData("https://api.hubapi.com/crm/v3/objects/contacts/ada@example.com?idProperty=email", "https://api.hubapi.com")]
    [InlineData("https://acme.my.salesforce.com/services/data/v60.0/query?q=SELECT", "https://acme.my.salesforce.com")]
    public async Task Logs_keep_of_a_tools_address_only_the_host(string address, string stored) =>
        Assert.Equal(stored, Kept(await TransformationAsync("AppDependencies"), address));

    /// <summary>The host repeats the path of a request in the properties.</summary>
    [Fact]
    public async Task Logs_keep_no_properties_of_a_request() =>
        Assert.EndsWith("| project-away Properties", await TransformationAsync("AppRequests"), StringComparison.Ordinal);

    private static IEnumerable<string> MetricsOf(string query) => Metric().Matches(query).Select(match => match.Groups[1].Value);

    /// <summary>Evaluates the <c>extract</c> of a transformation: its expressions mean the same in Kusto and here.</summary>
    private static string Kept(string transformation, string address) =>
        Regex.Match(address, Extract().Match(transformation).Groups[1].Value, RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;

    private async Task<string> TransformationAsync(string table)
    {
        var resources = await bicep.ResourcesOfAsync("minimal");
        var rule = resources.Single(resource => resource["type"]!.GetValue<string>() == "Microsoft.Insights/dataCollectionRules");
        Assert.Contains(resources, resource => resource["properties"]?["defaultDataCollectionRuleResourceId"]?.GetValue<string>().EndsWith($"/{rule["name"]}", StringComparison.Ordinal) == true);
        return rule["properties"]!["dataFlows"]!.AsArray().Single(flow => flow!["streams"]![0]!.GetValue<string>() == $"Microsoft-Table-{table}")!["transformKql"]!.GetValue<string>();
    }

    private async Task<IReadOnlyList<JsonNode>> RulesAsync() =>
        [.. (await bicep.ResourcesOfAsync("minimal")).Where(resource => resource["type"]!.GetValue<string>() is "Microsoft.Insights/scheduledQueryRules" or "Microsoft.Insights/metricAlerts")];

    private static async Task<IEnumerable<string>> ApprovedAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(Repository, "tests/Functions.Tests/Platform/Telemetry.approved.txt"), TestContext.Current.CancellationToken))
            .Where(line => line.StartsWith("metric ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);

    [GeneratedRegex("Name == \"([^\"]+)\"")]
    private static partial Regex Metric();

    [GeneratedRegex("extract\\(\"([^\"]+)\"")]
    private static partial Regex Extract();

    [GeneratedRegex(@"Runbook: (docs/\S+\.md)$")]
    private static partial Regex Page();
}
