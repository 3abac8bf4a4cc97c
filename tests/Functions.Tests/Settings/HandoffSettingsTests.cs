using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Tests.Settings;

/// <summary>The settings of handoffs, with one tool that receives handoffs (salesforce) and one that does not (hubspot).</summary>
public sealed class HandoffSettingsTests
{
    private static readonly (string Key, string Value)[] Right =
    [
        ("Connectors:salesforce:Type", "Salesforce"),
        ("Connectors:hubspot:Type", "HubSpot"),
        ("Owners:ada:Id:salesforce", "005000000000AdaAAA"),
        ("Owners:ada:Capacity", "1"),
        ("Owners:ada:Away", "2026-08-03..2026-08-04"),
        ("Owners:ada:Calendar:Hours", "10:00-12:00"),
        ("Owners:bea:Id:salesforce", "005000000000BeaAAA"),
        ("Owners:bea:Email", "bea@example.com"),
        ("Teams:sales:Calendar:TimeZone", "Europe/Berlin"),
        ("Handoffs:sales:Routes:1:Segment", "Enter*"),
        ("Handoffs:sales:Routes:1:Owner", "Ada"),
        ("Handoffs:sales:Routes:2:MinScore", "10"),
        ("Handoffs:sales:Routes:2:RoundRobin", "ada, bea"),
        ("Handoffs:sales:Fallback", "bea"),
        ("Handoffs:sales:RerouteAfter", "04:00:00"),
        ("Content:roi:Title", "ROI calculator"),
        ("Content:roi:Url", "https://example.com/roi"),
        ("Content:roi:Style", "tactical"),
        ("Content:roi:Stages", "evaluation"),
    ];

    [Fact]
    public void Routes_owners_and_content_are_read_as_the_readme_names_them()
    {
        var funnel = Read();
        var sales = funnel.Routing.Teams[Team.Sales];

        Assert.Equal(("Enter*", "ada", "salesforce"), (sales.Routes[0].Segment, sales.Routes[0].Owner?.Name, sales.Routes[0].Connector));
        Assert.Equal(["ada", "bea"], sales.Routes[1].RoundRobin.Select(owner => owner.Name));
        Assert.Equal(("bea", TimeSpan.FromHours(4), 1), (sales.Fallback.Name, sales.RerouteAfter, sales.MaxReroutes));
        var ada = sales.Routes[0].Owner!;
        Assert.Equal(1, ada.Capacity);
        Assert.Equal((false, true), (ada.AtWork.IsOpen(Berlin(5, 9, 59)), ada.AtWork.IsOpen(Berlin(5, 10, 0))));
        Assert.False(ada.AtWork.IsOpen(Berlin(4, 10, 0)));
        Assert.Equal(("ROI calculator", ContentStyle.Tactical, FunnelStage.Evaluation), (funnel.Content[0].Title, funnel.Content[0].Style, funnel.Content[0].Stages[0]));
    }

    [Theory]
    [InlineData("Handoffs:sales:Connector", "hubspot", "Handoffs:sales:Connector: must be one of the connectors that take leads over (salesforce), for example salesforce.")]
    [InlineData("Handoffs:sales:Routes:1:Connector", "nowhere", "Handoffs:sales:Routes:1:Connector: must be one of the connectors that take leads over (salesforce), for example salesforce.")]
    [InlineData("Handoffs:sales:Fallback", null, "Handoffs:sales:Fallback: must be one of the owners (ada, bea), for example ada.")]
    [InlineData("Handoffs:sales:Fallback", "cid", "Handoffs:sales:Fallback: must be one of the owners (ada, bea), for example ada.")]
    [InlineData("Handoffs:sales:Routes:2:RoundRobin", null, "Handoffs:sales:Routes:2: must be a route with either an Owner or a RoundRobin")]
    [InlineData("Handoffs:sales:Routes:2:RoundRobin", "ada,ada", "Handoffs:sales:Routes:2:RoundRobin: must be owners that are named once each")]
    [InlineData("Handoffs:sales:Routes:1:RoundRobin", "bea", "Handoffs:sales:Routes:1: must be a route with either an Owner or a RoundRobin")]
    [InlineData("Handoffs:sales:Routes:1:Stage", "closing", "Handoffs:sales:Routes:1:Stage: must be one of awareness")]
    [InlineData("Handoffs:sales:Routes:1:MinScore", "many", "Handoffs:sales:Routes:1:MinScore: must be a number")]
    [InlineData("Handoffs:sales:MaxReroutes", "-1", "Handoffs:sales:MaxReroutes: must be a whole number of 0 or more")]
    [InlineData("Handoffs:marketing:Routes:1:Owner", "ada", "Handoffs:marketing:Routes: must be one of the teams that own a stage and work in a CRM (sales)")]
    [InlineData("Handoffs:pr:Fallback", "ada", "Handoffs:pr:Fallback: must be left out where the team has no routes")]
    [InlineData("Owners:bea:Id:salesforce", null, "Owners:bea:Id:salesforce: must be the id of their user in salesforce")]
    [InlineData("Owners:bea:Id:hubspot", "1", "Owners:bea:Id:hubspot: must be the id of their user in one of the connectors that take leads over (salesforce)")]
    [InlineData("Owners:ada:Capacity", "0", "Owners:ada:Capacity: must be a whole number of 1 or more")]
    [InlineData("Owners:ada:Away", "soon", "Owners:ada:Away: must be dates, and spans of dates")]
    [InlineData("Owners:ada:Email", "ada", "Owners:ada:Email: must be an e-mail address")]
    [InlineData("Content:roi:Url", "javascript:alert(1)", "Content:roi:Url: must be an http or https address")]
    [InlineData("Content:roi:Style", "nice", "Content:roi:Style: must be one of tactical, visionary")]
    [InlineData("Campaigns:1:Name", "Spring*", "Campaigns:1:Channel: must be one of pr, paid")]
    public void What_is_wrong_is_told_by_its_key_with_what_would_be_right(string key, string? value, string fault) =>
        Assert.Contains(Assert.Throws<InvalidSettingsException>(() => Read((key, value))).Faults, told => told.StartsWith(fault, StringComparison.Ordinal));

    private static DateTimeOffset Berlin(int day, int hour, int minute) => new(2026, 8, day, hour, minute, 0, TimeSpan.FromHours(2));

    private static FunnelSettings Read(params (string Key, string? Value)[] changed)
    {
        var settings = Right.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        settings["Hub:Peppers"] = Given.Peppers;
        settings["Archive:Keys"] = Given.ArchiveKeys;
        foreach (var (key, value) in changed)
        {
            settings[key] = value;
        }

        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings.Where(setting => setting.Value is not null)).Build());
        using var services = new ServiceCollection().AddSingleton(new ConnectorSet([])).AddHubSettings(reader).AddHandoffs(reader).BuildServiceProvider();
        reader.ThrowIfFaulty();
        return services.GetRequiredService<FunnelSettings>();
    }
}
