using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>Rules that a client makes and removes. Each test begins and ends with the default rule.</summary>
public sealed class RuleTests : IAsyncLifetime
{
    private TestBus _bus = null!;
    private ServiceBusRuleManager _rules = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bus = await TestBus.OpenAsync();
        _rules = _bus.Client.CreateRuleManager("events", "own-rules");
        await ResetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ResetAsync();
        await _bus.DisposeAsync();
    }

    [Fact]
    public async Task A_subscription_has_the_default_rule_and_gets_everything()
    {
        var rule = Assert.Single(await RulesAsync());
        Assert.Equal(RuleProperties.DefaultRuleName, rule.Name);
        Assert.IsType<TrueRuleFilter>(rule.Filter);
        await CopiesAsync(1, new ServiceBusMessage());
    }

    [Fact]
    public async Task A_subscription_without_rules_gets_nothing()
    {
        await _rules.DeleteRuleAsync(RuleProperties.DefaultRuleName, Stop);
        Assert.Empty(await RulesAsync());
        await CopiesAsync(0, new ServiceBusMessage());
    }

    [Fact]
    public async Task Rules_are_told_as_they_were_made()
    {
        var correlation = new CorrelationRuleFilter
        {
            CorrelationId = "c", MessageId = "m", To = "t", ReplyTo = "r", Subject = "s", SessionId = "i", ReplyToSessionId = "j", ContentType = "x/y",
            ApplicationProperties = { ["text"] = "x", ["number"] = 7, ["flag"] = true, ["time"] = new DateTime(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc) },
        };
        await _rules.CreateRuleAsync(new CreateRuleOptions("sql", new SqlRuleFilter("a = 1")) { Action = new SqlRuleAction("SET b = 2") }, Stop);
        await _rules.CreateRuleAsync("correlation", correlation, Stop);
        await _rules.CreateRuleAsync("none", new FalseRuleFilter(), Stop);

        var rules = (await RulesAsync()).ToDictionary(static rule => rule.Name);

        Assert.Equal(4, rules.Count);
        Assert.Equal("a = 1", Assert.IsType<SqlRuleFilter>(rules["sql"].Filter).SqlExpression);
        Assert.Equal("SET b = 2", Assert.IsType<SqlRuleAction>(rules["sql"].Action).SqlExpression);
        Assert.Equal(correlation, rules["correlation"].Filter);
        Assert.Null(rules["correlation"].Action);
        Assert.IsType<FalseRuleFilter>(rules["none"].Filter);
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public async Task A_correlation_filter_compares_values_of_any_kind(int number, bool wanted)
    {
        await _rules.DeleteRuleAsync(RuleProperties.DefaultRuleName, Stop);
        await _rules.CreateRuleAsync("number", new CorrelationRuleFilter { ApplicationProperties = { ["number"] = 7 } }, Stop);
        await CopiesAsync(wanted ? 1 : 0, new ServiceBusMessage { ApplicationProperties = { ["number"] = number } });
    }

    [Fact]
    public async Task A_rule_with_an_action_makes_a_changed_copy_of_its_own()
    {
        await _rules.CreateRuleAsync(
            new CreateRuleOptions("change", new SqlRuleFilter("amount > 1"))
            {
                Action = new SqlRuleAction("SET doubled = amount * 2; SET user.team = 'x' + team; REMOVE secret; SET sys.Label = 'changed'; SET sys.CorrelationId = sys.MessageId"),
            },
            Stop);

        var copies = await CopiesAsync(2, new ServiceBusMessage("body")
        {
            MessageId = Guid.NewGuid().ToString("N"),
            Subject = "original",
            ApplicationProperties = { ["amount"] = 21, ["team"] = "sales", ["secret"] = "s" },
        });

        var original = copies.Single(static copy => copy.Subject == "original");
        Assert.Equal(3, original.ApplicationProperties.Count);
        var changed = copies.Single(static copy => copy.Subject == "changed");
        Assert.Equal(("body", original.MessageId, original.MessageId), (changed.Body.ToString(), changed.MessageId, changed.CorrelationId));
        Assert.Equal((21, 42L, "xsales"), (changed.ApplicationProperties["amount"], changed.ApplicationProperties["doubled"], changed.ApplicationProperties["team"]));
        Assert.False(changed.ApplicationProperties.ContainsKey("secret"));
    }

    [Fact]
    public async Task A_rule_needs_a_name_of_its_own_and_one_that_is_there_to_be_deleted()
    {
        await Receiving.AssertFailsAsync(
            ServiceBusFailureReason.MessagingEntityAlreadyExists,
            () => _rules.CreateRuleAsync(RuleProperties.DefaultRuleName, new TrueRuleFilter(), Stop));
        await Receiving.AssertFailsAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _rules.DeleteRuleAsync("nothing", Stop));
    }

    [Theory]
    [InlineData("a = ", "SET b = 1")]
    [InlineData("a = 1", "SET b")]
    [InlineData("a = 1", "DROP b")]
    [InlineData("a = 1", "SET sys.Body = 'x'")]
    public async Task A_rule_that_is_not_valid_is_refused(string filter, string action)
    {
        await Assert.ThrowsAnyAsync<Exception>(
            () => _rules.CreateRuleAsync(new CreateRuleOptions("bad", new SqlRuleFilter(filter)) { Action = new SqlRuleAction(action) }, Stop));
        Assert.Single(await RulesAsync());
    }

    private async Task<List<RuleProperties>> RulesAsync()
    {
        var rules = new List<RuleProperties>();
        await foreach (var rule in _rules.GetRulesAsync(Stop))
        {
            rules.Add(rule);
        }

        return rules;
    }

    private async Task ResetAsync()
    {
        foreach (var rule in await RulesAsync())
        {
            await _rules.DeleteRuleAsync(rule.Name, Stop);
        }

        await _rules.CreateRuleAsync(RuleProperties.DefaultRuleName, new TrueRuleFilter(), Stop);
    }

    /// <summary>Sends a message and returns the copies that have to come.</summary>
    private async Task<List<ServiceBusReceivedMessage>> CopiesAsync(int count, ServiceBusMessage message)
    {
        message.MessageId ??= Guid.NewGuid().ToString("N");
        await _bus.SendAsync("events", message);
        await using var receiver = _bus.Client.CreateReceiver("events", "own-rules");
        return await receiver.AllAsync(count);
    }
}
