using System.Text;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class InboundMessageTests
{
    private static Delivery NewDelivery(byte[] body) => new()
    {
        Connector = "hubspot",
        Channel = "cdc",
        Method = "POST",
        PublicUrl = new Uri("https://hub.example.com/api/webhooks/hubspot?path=%2Fcrm"),
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Signature"] = "abc=", ["Content-Type"] = "application/json" },
        Body = body,
        ReceivedAt = new DateTimeOffset(2026, 3, 2, 10, 15, 6, 23, TimeSpan.Zero),
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 * 1024)]
    [InlineData((8 * 1024) + 1)]
    [InlineData(1024 * 1024)]
    public void A_delivery_comes_back_as_it_went_whatever_its_size(int size)
    {
        var body = Encoding.UTF8.GetBytes(new string('ü', (size + 1) / 2))[..size];
        var written = InboundMessage.Write(NewDelivery(body));

        var read = InboundMessage.Read(Receive(written));

        var expected = NewDelivery(body);
        Assert.Equal(body, read.Body.ToArray());
        Assert.Equal(expected.Headers, read.Headers);
        Assert.Equal(expected with { Headers = read.Headers, Body = read.Body }, read);
        Assert.Equal("https://hub.example.com/api/webhooks/hubspot?path=%2Fcrm", read.PublicUrl!.OriginalString);
        Assert.Equal("abc=", read.Header("x-signature"));
    }

    [Fact]
    public void A_message_of_somebody_else_is_hopeless_and_says_what_it_lacks()
    {
        var failure = Assert.Throws<UnrecoverableMessageException>(() => InboundMessage.Read(Receive(new ServiceBusMessage("{}"))));

        Assert.Equal("not-a-delivery", failure.Reason);
    }

    private static ServiceBusReceivedMessage Receive(ServiceBusMessage message) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(body: message.Body, messageId: message.MessageId, properties: message.ApplicationProperties);
}
