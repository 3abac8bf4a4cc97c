using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>How long rules hold, and rules of the topology file.</summary>
public sealed class RuleLifeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_that_a_client_made_hold_until_the_topology_file_has_others()
    {
        await using var own = await OwnBus.OpenAsync(Topology("""[{ "name": "first", "sqlFilter": "a = 1" }]"""));
        var manager = own.Client.CreateRuleManager("t", "s");
        await manager.DeleteRuleAsync("first", Stop);
        await manager.CreateRuleAsync(
            new CreateRuleOptions("own", new CorrelationRuleFilter { Subject = "x", ApplicationProperties = { ["n"] = 5L } }) { Action = new SqlRuleAction("REMOVE n") },
            Stop);

        await own.ReopenAsync();
        var kept = Assert.Single(await RulesAsync(own));
        Assert.Equal(("own", 5L), (kept.Name, Assert.IsType<CorrelationRuleFilter>(kept.Filter).ApplicationProperties["n"]));
        Assert.Equal("REMOVE n", Assert.IsType<SqlRuleAction>(kept.Action).SqlExpression);

        await File.WriteAllTextAsync(own.TopologyFile, Topology("""[{ "name": "second", "sqlFilter": "a = 2" }]"""), Stop);
        await own.ReopenAsync();
        Assert.Equal("second", Assert.Single(await RulesAsync(own)).Name);
    }

    [Fact]
    public async Task A_rule_of_the_topology_file_may_have_an_action()
    {
        await using var own = await OwnBus.OpenAsync(Topology("""[{ "name": "r", "sqlFilter": "team = 'sales'", "sqlAction": "SET seen = TRUE" }]"""));
        await own.Client.CreateSender("t").SendMessageAsync(new() { ApplicationProperties = { ["team"] = "sales" } }, Stop);
        Assert.Equal(true, (await own.Client.CreateReceiver("t", "s").NextAsync()).ApplicationProperties["seen"]);
    }

    [Fact]
    public async Task A_queue_has_no_rules()
    {
        await using var own = await OwnBus.OpenAsync();
        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.MessagingEntityNotFound,
            () => own.Client.CreateRuleManager("plain", "s").CreateRuleAsync("r", new TrueRuleFilter(), Stop));
    }

    private static string Topology(string rules) => $$"""{"topics":[{"name":"t","subscriptions":[{"name":"s","rules":{{rules}}}]}]}""";

    private static async Task<List<RuleProperties>> RulesAsync(OwnBus own)
    {
        var rules = new List<RuleProperties>();
        await foreach (var rule in own.Client.CreateRuleManager("t", "s").GetRulesAsync(Stop))
        {
            rules.Add(rule);
        }

        return rules;
    }
}
