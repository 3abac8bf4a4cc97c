using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Tests.Ops;

public sealed class DeadLetterRulesTests
{
    private static readonly QueueEntity Inbound = QueueProbe.Entities[0];
    private static readonly QueueEntity ToSales = QueueProbe.Entities[1];

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("unreadable", null, true)]
    [InlineData("Unreadable", null, false)]
    [InlineData("unread", null, false)]
    [InlineData(null, "HubSpot", true)]
    [InlineData(null, "hubspot2", false)]
    [InlineData("unreadable", "hubspot", true)]
    [InlineData("gave-up", "hubspot", false)]
    [InlineData("unreadable", "salesforce", false)]
    public void An_order_means_what_has_its_reason_and_its_connector(string? reason, string? connector, bool meant)
    {
        var letter = DeadLetterRules.Describe(Message(("DeadLetterReason", "unreadable"), ("connector", "hubspot")));

        Assert.Equal(meant, DeadLetterRules.Matches(letter, reason, connector));
    }

    [Fact]
    public void A_copy_begins_its_attempts_anew_and_keeps_all_else()
    {
        var copy = DeadLetterRules.CopyOf(Message(("attempt", 12), ("receivedAt", "2026-03-02T10:15:06Z"), ("DeadLetterReason", "gave-up")), Inbound);

        Assert.Equal(new Dictionary<string, object> { ["receivedAt"] = "2026-03-02T10:15:06Z", ["replayOf"] = "m1" }, copy.ApplicationProperties);
        Assert.Equal("the body", copy.Body.ToString());
    }

    [Fact]
    public void A_copy_for_a_subscription_is_for_it_alone() =>
        Assert.Equal("to-sales", DeadLetterRules.CopyOf(Message(("replayTo", "alerts")), ToSales).ApplicationProperties["replayTo"]);

    [Fact]
    public void The_same_dead_letter_has_the_same_copy_and_every_other_another()
    {
        var id = DeadLetterRules.CopyOf(Message(), ToSales).MessageId;

        Assert.Equal(id, DeadLetterRules.CopyOf(Message(), ToSales).MessageId);
        Assert.NotEqual("m1", id);
        Assert.NotEqual(id, DeadLetterRules.CopyOf(Message(), QueueProbe.Entities[2]).MessageId);
        Assert.NotEqual(id, DeadLetterRules.CopyOf(Message(sequence: 8), ToSales).MessageId);
    }

    [Fact]
    public void A_replayed_message_is_worked_on_as_one_that_may_have_come_half_way()
    {
        Assert.False(MessageSettler.IsRepeat(Message()));
        Assert.True(MessageSettler.IsRepeat(Message(("replayOf", "m0"))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"entity":"outbound"}""")]
    [InlineData("""{"entity":"funnel"}""")]
    [InlineData("""{"entity":"inbound","dryRun":"yes"}""")]
    [InlineData("""{"entity":"inbound","reasons":"unreadable"}""")]
    [InlineData("""{"entity":"funnel/alerts","connector":"hubspot"}""")]
    public void What_is_no_order_is_told_the_known_entities(string json)
    {
        Assert.False(ReplayOrder.TryRead(json, out var order, out var fault));

        Assert.Null(order);
        Assert.Contains("inbound, funnel/to-sales, funnel/to-marketing, funnel/alerts", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"entity":"inbound","reason":" "}""")]
    [InlineData("""{"entity":"inbound","connector":""}""")]
    public void A_blank_filter_is_not_taken_for_all(string json) => Assert.False(ReplayOrder.TryRead(json, out _, out _));

    [Fact]
    public void An_order_is_read_as_the_contract_writes_it()
    {
        Assert.True(ReplayOrder.TryRead("""{"entity":"Inbound","reason":"unreadable","connector":"hubspot","dryRun":true}""", out var all, out _));
        Assert.True(ReplayOrder.TryRead("""{"entity":"funnel/to-sales"}""", out var least, out _));

        Assert.Equal(new ReplayOrder(Inbound, "unreadable", "hubspot", DryRun: true), all);
        Assert.Equal(new ReplayOrder(ToSales, null, null, DryRun: false), least);
    }

    private static ServiceBusReceivedMessage Message(params (string Name, object Value)[] properties) => Message(7, properties);

    private static ServiceBusReceivedMessage Message(long sequence, params (string Name, object Value)[] properties) => ServiceBusModelFactory.ServiceBusReceivedMessage(
        body: BinaryData.FromString("the body"), messageId: "m1", sequenceNumber: sequence, timeToLive: TimeSpan.FromDays(1), properties: properties.ToDictionary(pair => pair.Name, pair => pair.Value));
}
