using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

public sealed class MessageTests
{
    public static TheoryData<object> PropertyValues =>
    [
        "text", "", true, (byte)255, (sbyte)-128, (short)-3, (ushort)3, int.MinValue, uint.MaxValue, long.MinValue, ulong.MaxValue,
        1.5f, -2.5, 79228162514264337593543950335m, 'ß', new Guid("6f9619ff-8b86-d011-b42d-00cf4fc964ff"), new Uri("https://example.com/a?b=c"),
        new DateTime(2026, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc), new DateTimeOffset(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero), TimeSpan.FromTicks(12345), new byte[] { 0, 1, 255 },
    ];

    [Fact]
    public async Task A_message_arrives_with_all_that_its_sender_set()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("Grüße, 世界")
        {
            MessageId = "m-1",
            CorrelationId = "c-1",
            Subject = "lead",
            ContentType = "application/json",
            To = "sales",
            ReplyTo = "marketing",
            ReplyToSessionId = "s-2",
            PartitionKey = "p",
            TimeToLive = TimeSpan.FromHours(2),
        });

        var before = DateTimeOffset.UtcNow;
        var received = await bus.Client.CreateReceiver("plain").NextAsync();

        Assert.Equal("Grüße, 世界", received.Body.ToString());
        Assert.Equal(
            ("m-1", "c-1", "lead", "application/json", "sales", "marketing", "s-2", "p"),
            (received.MessageId, received.CorrelationId, received.Subject, received.ContentType, received.To, received.ReplyTo, received.ReplyToSessionId, received.PartitionKey));
        Assert.Equal(TimeSpan.FromHours(2), received.TimeToLive);
        Assert.Equal(received.EnqueuedTime + received.TimeToLive, received.ExpiresAt);
        Assert.Equal(1, received.DeliveryCount);
        Assert.Equal(ServiceBusMessageState.Active, received.State);
        Assert.InRange(received.EnqueuedTime, before.AddMinutes(-1), before.AddMinutes(1));
        Assert.InRange(received.LockedUntil, before, before.AddMinutes(2));
        Assert.NotEqual(Guid.Empty.ToString(), received.LockToken);
        Assert.True(received.SequenceNumber > 0);
        Assert.Equal(received.SequenceNumber, received.EnqueuedSequenceNumber);
        Assert.Null(received.DeadLetterReason);
        Assert.Null(received.DeadLetterErrorDescription);
        Assert.Null(received.DeadLetterSource);
    }

    [Theory]
    [MemberData(nameof(PropertyValues))]
    public async Task An_application_property_keeps_its_type(object value)
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage { ApplicationProperties = { ["value"] = value } });

        var received = (await bus.Client.CreateReceiver("plain").NextAsync()).ApplicationProperties["value"];

        Assert.IsType(value.GetType(), received);
        Assert.Equal(value, received);
    }

    [Fact]
    public async Task An_application_property_that_no_message_can_carry_fails_the_send()
    {
        await using var bus = await TestBus.OpenAsync();
        var failure = await Assert.ThrowsAsync<SerializationException>(
            () => bus.SendAsync("plain", new ServiceBusMessage { ApplicationProperties = { ["value"] = new Version(1, 2) } }));
        Assert.Contains("Version", failure.Message, StringComparison.Ordinal);
        await bus.Client.CreateReceiver("plain").AssertEmptyAsync();
    }

    [Fact]
    public async Task A_message_without_an_id_gets_one_of_its_own()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("a"), new ServiceBusMessage("b"));

        var ids = await bus.Client.CreateReceiver("plain").IdsAsync();

        Assert.Equal(2, ids.Distinct().Count());
        Assert.DoesNotContain("", ids);
    }

    [Theory]
    [InlineData(127, false)]
    [InlineData(128, false)]
    [InlineData(129, true)]
    public void An_id_has_at_most_128_characters(int length, bool refused)
    {
        var id = new string('x', length);
        foreach (var set in new Action<ServiceBusMessage>[] { m => m.MessageId = id, m => m.SessionId = id, m => m.PartitionKey = id, m => m.ReplyToSessionId = id })
        {
            var failure = Record.Exception(() => set(new()));
            Assert.Equal(refused, failure is ArgumentException);
            Assert.Equal(refused, failure is not null);
        }
    }

    [Fact]
    public void An_empty_id_and_a_life_of_nothing_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new ServiceBusMessage { MessageId = "" });
        Assert.ThrowsAny<ArgumentException>(() => new ServiceBusMessage { TimeToLive = TimeSpan.Zero });
    }

    [Fact]
    public async Task A_copy_of_a_received_message_has_what_the_sender_set_and_no_dead_letter_reason()
    {
        await using var bus = await TestBus.OpenAsync();
        await bus.SendAsync("plain", new ServiceBusMessage("body") { MessageId = "m", Subject = "s", CorrelationId = "c", ApplicationProperties = { ["kept"] = 7 } });
        await using var receiver = bus.Client.CreateReceiver("plain");
        await receiver.DeadLetterMessageAsync(await receiver.NextAsync(), "why", "because", TestContext.Current.CancellationToken);
        var dead = await bus.DeadLetters("plain").NextAsync();

        var copy = new ServiceBusMessage(dead);

        Assert.Equal(("body", "m", "s", "c"), (copy.Body.ToString(), copy.MessageId, copy.Subject, copy.CorrelationId));
        Assert.Equal(["kept"], copy.ApplicationProperties.Keys);
        copy.ApplicationProperties["kept"] = 8;
        Assert.Equal(7, dead.ApplicationProperties["kept"]);
    }

    [Fact]
    public void The_model_factory_makes_a_received_message()
    {
        var token = Guid.NewGuid();
        var message = ServiceBusModelFactory.ServiceBusReceivedMessage(
            BinaryData.FromString("body"),
            messageId: "m",
            properties: new Dictionary<string, object> { ["a"] = 1, ["DeadLetterReason"] = "why" },
            lockTokenGuid: token,
            deliveryCount: 4,
            sequenceNumber: 9);

        Assert.Equal(("body", "m", 4, 9L, token.ToString(), "why"), (message.Body.ToString(), message.MessageId, message.DeliveryCount, message.SequenceNumber, message.LockToken, message.DeadLetterReason));
    }
}
