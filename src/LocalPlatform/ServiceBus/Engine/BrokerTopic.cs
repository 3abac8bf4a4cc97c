using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Gives each subscription that asks for it its own copy of a message; keeps none itself but the scheduled ones.</summary>
internal sealed class BrokerTopic(TopicTopology topology, BrokerState state, IReadOnlyList<BrokerQueue> subscriptions)
    : BrokerEntity(topology.Path, topology.DuplicateWindow, state)
{
    protected override void Restore(StoredMessage message) =>
        throw new InvalidDataException($"The topic {Path} holds message {SequenceOf(message.Id)}, which is not scheduled.");

    protected override long Enqueue(byte[] content, TimeSpan timeToLive, IReadOnlyList<int> copies)
    {
        var sequence = TakeSequence();
        var life = timeToLive < topology.TimeToLive ? timeToLive : topology.TimeToLive;
        foreach (var copy in copies)
        {
            subscriptions[copy].Append(content, life, sequence);
        }

        return sequence;
    }

    protected override IReadOnlyList<int> Route(MessageFields content) => topology.Route(content);
}
