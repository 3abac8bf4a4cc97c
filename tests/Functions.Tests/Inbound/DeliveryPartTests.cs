using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Inbound;

/// <summary>A delivery about very many leads is worked on in parts, so that no message outlives its lock.</summary>
public sealed class DeliveryPartTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FactFlow.LeadsOfMessage, 0)]
    [InlineData(FactFlow.LeadsOfMessage + 1, 2)]
    [InlineData((2 * FactFlow.LeadsOfMessage) + 1, 3)]
    public async Task Each_lead_of_a_large_delivery_is_on_its_journey_once_though_the_delivery_comes_twice(int leads, int parts)
    {
        var tool = new FakeReader("large");
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [tool]);
        var people = Enumerable.Range(0, leads).Select(number => IdentityKey.Person("large", $"{leads}-{number}")).ToList();
        var delivery = tool.Delivers(Monday, [.. people.Select(person => new StageChangedEvent(new EventHeader($"{person.Id}|1", ToolSide.Marketing, Monday))
        {
            People = [person], Stage = FunnelStage.Interest, ToStageRaw = "lead",
        })]);

        await HandleAsync(hub, delivery, "whole");
        await HandleAsync(hub, delivery, "whole");

        var queued = await hub.MessagesAsync(InboundQueue.Name, null);
        Assert.Equal(parts, queued.Count);
        foreach (var part in queued)
        {
            await HandleAsync(hub, InboundMessage.Read(part), part.MessageId);
        }

        foreach (var person in people)
        {
            var lead = await hub.Get<IdentityStore>().FindAsync(person, Token);
            Assert.Single((await hub.StateAsync(lead!)).Facts.Values.OfType<StageClaimed>());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("2/2")]
    [InlineData("-1/2")]
    [InlineData("a/b")]
    public void What_names_no_part_is_no_part(string? text) => Assert.Null(DeliveryPart.Parse(text));

    [Fact]
    public void A_lead_is_in_exactly_one_part() =>
        Assert.All(Enumerable.Range(0, 50), number => Assert.Single(DeliveryPart.Of(7), part => DeliveryPart.Parse(part.ToString())!.Holds(Id($"{number}").Value)));

    private static Task HandleAsync(TestHub hub, Delivery delivery, string messageId) =>
        hub.Get<ProcessFlow>().HandleAsync(delivery, messageId, again: false, Token);
}
