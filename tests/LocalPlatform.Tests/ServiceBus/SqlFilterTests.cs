using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>What a SQL filter makes of one message: unknown is no match, and the opposite of unknown is none either.</summary>
public sealed class SqlFilterTests(SqlFilterTests.Subscription subscription) : IClassFixture<SqlFilterTests.Subscription>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("team = 'sales'", true)]
    [InlineData("TEAM = 'sales'", true)]
    [InlineData("team = 'Sales'", false)]
    [InlineData("team <> 'Sales'", true)]
    [InlineData("team != 'sales'", false)]
    [InlineData("user.team = 'sales'", true)]
    [InlineData("[team] = 'sales'", true)]
    [InlineData("user.[odd name]]] = 1", true)]
    [InlineData("\"team\" = 'sales'", true)]
    [InlineData("quote = 'it''s'", true)]
    [InlineData("missing = 'x'", false)]
    [InlineData("missing <> 'x'", false)]
    [InlineData("NOT missing = 'x'", false)]
    [InlineData("missing = missing", false)]
    [InlineData("missing = NULL", false)]
    [InlineData("missing IS NULL", true)]
    [InlineData("missing IS NOT NULL", false)]
    [InlineData("team IS NULL", false)]
    [InlineData("team is not null", true)]
    [InlineData("nothing IS NULL", true)]
    [InlineData("EXISTS(team)", true)]
    [InlineData("EXISTS(missing)", false)]
    [InlineData("NOT EXISTS(user.missing)", true)]
    [InlineData("missing = 'x' OR team = 'sales'", true)]
    [InlineData("missing = 'x' OR team = 'x'", false)]
    [InlineData("NOT (missing = 'x' OR team = 'x')", false)]
    [InlineData("missing = 'x' AND team = 'x'", false)]
    [InlineData("NOT (missing = 'x' AND team = 'x')", true)]
    [InlineData("NOT (missing = 'x' AND team = 'sales')", false)]
    [InlineData("1 = 1 OR 1 = 1 AND 1 = 2", true)]
    [InlineData("(1 = 1 OR 1 = 1) AND 1 = 2", false)]
    [InlineData("NOT 1 = 2 AND 1 = 1", true)]
    [InlineData("NOT NOT team = 'sales'", true)]
    [InlineData("amount > 99", true)]
    [InlineData("amount > 100", false)]
    [InlineData("amount >= 100", true)]
    [InlineData("amount < 101", true)]
    [InlineData("amount < 100", false)]
    [InlineData("amount <= 100", true)]
    [InlineData("amount = 100.0", true)]
    [InlineData("amount = '100'", false)]
    [InlineData("amount <> '100'", false)]
    [InlineData("price = 12.5", true)]
    [InlineData("price > 12 AND price < 13", true)]
    [InlineData("price = 1.25e1", true)]
    [InlineData("exact = 0.5", true)]
    [InlineData("small = 7", true)]
    [InlineData("amount = 50 + 50", true)]
    [InlineData("amount + 1 * 2 = 102", true)]
    [InlineData("(amount + 1) * 2 = 202", true)]
    [InlineData("amount - 1 - 1 = 98", true)]
    [InlineData("amount / 3 = 33", true)]
    [InlineData("amount % 3 = 1", true)]
    [InlineData("price / 5 = 2.5", true)]
    [InlineData("amount = -(-100)", true)]
    [InlineData("-amount < +0", true)]
    [InlineData("amount / 0 = 1", false)]
    [InlineData("NOT amount / 0 = 1", false)]
    [InlineData("amount + missing = 100", false)]
    [InlineData("team + '!' = 'sales!'", true)]
    [InlineData("team + 1 = 'sales1'", false)]
    [InlineData("team IN ('marketing', 'sales')", true)]
    [InlineData("team IN ('marketing')", false)]
    [InlineData("team NOT IN ('marketing')", true)]
    [InlineData("team NOT IN ('marketing', 'sales')", false)]
    [InlineData("missing IN ('x')", false)]
    [InlineData("missing NOT IN ('x')", false)]
    [InlineData("amount IN (1, 50 + 50)", true)]
    [InlineData("team NOT IN ('marketing', missing)", false)]
    [InlineData("team LIKE 'sal%'", true)]
    [InlineData("team LIKE 's_les'", true)]
    [InlineData("team LIKE 'S%'", false)]
    [InlineData("team LIKE 'sale'", false)]
    [InlineData("team LIKE '%'", true)]
    [InlineData("team LIKE 's.l.*'", false)]
    [InlineData("team NOT LIKE 'mark%'", true)]
    [InlineData("missing LIKE '%'", false)]
    [InlineData("missing NOT LIKE 'x'", false)]
    [InlineData("percent LIKE '50!%' ESCAPE '!'", true)]
    [InlineData("percent LIKE '5!%' ESCAPE '!'", false)]
    [InlineData("percent LIKE '5!_%' ESCAPE '!'", false)]
    [InlineData("lines LIKE 'a%b'", true)]
    [InlineData("yes", true)]
    [InlineData("yes = TRUE", true)]
    [InlineData("yes = false", false)]
    [InlineData("NOT yes", false)]
    [InlineData("team", false)]
    [InlineData("TRUE", true)]
    [InlineData("sys.MessageId = 'm-1'", true)]
    [InlineData("SYS.label = 'moved'", true)]
    [InlineData("sys.CorrelationId IS NULL", true)]
    [InlineData("user.label IS NULL", true)]
    [InlineData("sys.ContentType = 'application/json' AND sys.To = 't' AND sys.ReplyTo = 'r'", true)]
    [InlineData("(replayTo IS NULL OR replayTo = 'to-sales') AND team = 'sales' AND type IN ('lead.handoffAnnounced')", true)]
    public async Task A_condition_means_what_the_standard_says(string condition, bool matches)
    {
        await subscription.SetFilterAsync(condition);
        await subscription.Sender.SendMessageAsync(
            new()
            {
                MessageId = "m-1",
                Subject = "moved",
                ContentType = "application/json",
                To = "t",
                ReplyTo = "r",
                ApplicationProperties =
                {
                    ["team"] = "sales",
                    ["amount"] = 100,
                    ["price"] = 12.5,
                    ["exact"] = 0.5m,
                    ["small"] = (byte)7,
                    ["yes"] = true,
                    ["quote"] = "it's",
                    ["percent"] = "50%",
                    ["lines"] = "a\nb",
                    ["odd name]"] = 1,
                    ["nothing"] = null!,
                    ["type"] = "lead.handoffAnnounced",
                },
            },
            Stop);

        // A peek goes on after the message that it showed last.
        Assert.Equal(matches, await subscription.Receiver.PeekMessageAsync(cancellationToken: Stop) is not null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("team =")]
    [InlineData("= 'x'")]
    [InlineData("team = 'x")]
    [InlineData("[team = 'x'")]
    [InlineData("(team = 'x'")]
    [InlineData("team = 'x')")]
    [InlineData("team = 'x' team")]
    [InlineData("team IN ()")]
    [InlineData("team IN 'x'")]
    [InlineData("team IS 'x'")]
    [InlineData("team NOT 'x'")]
    [InlineData("EXISTS('x')")]
    [InlineData("team LIKE")]
    [InlineData("12abc = 1")]
    [InlineData("team = 'x' ; DROP")]
    [InlineData("AND = 1")]
    [InlineData("sys.Body = 'x'")]
    [InlineData("other.team = 'x'")]
    public async Task What_is_no_condition_is_refused(string condition)
    {
        await using var own = OwnBus.Prepare(Topology(condition));
        await Assert.ThrowsAsync<InvalidDataException>(() => own.OpenAsync());
    }

    [Theory]
    [InlineData(1023, false)]
    [InlineData(1024, false)]
    [InlineData(1025, true)]
    public async Task A_condition_has_at_most_1024_characters(int length, bool refused)
    {
        await using var own = OwnBus.Prepare(Topology("team = '".PadRight(length - 1, 'x') + "'"));
        Assert.Equal(refused, await Record.ExceptionAsync(() => own.OpenAsync()) is InvalidDataException);
    }

    private static string Topology(string condition) => $$"""
        {"topics":[{"name":"t","subscriptions":[{"name":"s","rules":[{"name":"r","sqlFilter":{{JsonSerializer.Serialize(condition)}}}]}]}]}
        """;

    /// <summary>A subscription with one rule, which each case replaces.</summary>
    public sealed class Subscription : IAsyncLifetime
    {
        private OwnBus _own = null!;
        private ServiceBusRuleManager _rules = null!;

        public ServiceBusSender Sender { get; private set; } = null!;

        public ServiceBusReceiver Receiver { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _own = await OwnBus.OpenAsync(Topology("1 = 2"));
            _rules = _own.Client.CreateRuleManager("t", "s");
            Sender = _own.Client.CreateSender("t");
            Receiver = _own.Client.CreateReceiver("t", "s");
        }

        public async Task SetFilterAsync(string condition)
        {
            await _rules.DeleteRuleAsync("r", Stop);
            await _rules.CreateRuleAsync("r", new SqlRuleFilter(condition), Stop);
        }

        public ValueTask DisposeAsync() => _own.DisposeAsync();
    }
}
