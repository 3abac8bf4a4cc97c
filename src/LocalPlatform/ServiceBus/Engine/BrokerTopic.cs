using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Gives each subscription its copies of a message; itself stores only scheduled ones.</summary>
internal sealed class BrokerTopic(TopicTopology topology, Quota quota, BrokerState state, IReadOnlyList<BrokerQueue> subscriptions)
    : BrokerEntity(topology.Path, topology.DuplicateWindow, quota, state)
{
    protected override long Enqueue(Incoming message)
    {
        var sequence = TakeSequence();
        var life = message.TimeToLive < topology.TimeToLive ? message.TimeToLive : topology.TimeToLive;
        foreach (var copy in message.Copies)
        {
            subscriptions[copy.Subscription].Append(copy.Content, copy.SessionId, life, sequence);
        }

        return sequence;
    }

    protected override IReadOnlyList<MessageCopy> Route(MessageFields fields, byte[] content) => State.Router.Route(Path, fields, content);
}
