using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>A sender's link: what comes is committed, then accepted.</summary>
internal sealed class InboundLink(AmqpSession session, AmqpLinkSettings settings, AmqpFront front, string path) : AmqpLink("in", session, settings)
{
    private static readonly bool Sink = Environment.GetEnvironmentVariable("TRIAL_SINK") == "1";
    private InDelivery? _current;

    public override bool CreateDelivery(Transfer transfer, out Delivery delivery)
    {
        var isNew = _current is null;
        delivery = _current ??= new();
        return isNew;
    }

    protected override bool OpenInternal()
    {
        var opened = base.OpenInternal();
        SendFlow(false);
        return opened;
    }

    protected override void OnProcessTransfer(Delivery delivery, Transfer transfer, Frame rawFrame)
    {
        var current = _current!;
        current.Add(rawFrame.Payload);
        if (current.Content.Length > Wire.MaxMessageSize)
        {
            throw new AmqpException(AmqpErrorCode.MessageSizeExceeded, $"The message has more than {Wire.MaxMessageSize} bytes.");
        }
        if (transfer.More == true) return;
        _current = null;
        try
        {
            List<byte[]> contents = current.MessageFormat == Wire.BatchFormat ? Wire.Unbatch(current.Content) : [current.Content];
            if (Sink) { DisposeDelivery(current, true, AmqpConstants.AcceptedOutcome); return; }
            front.Broker.Post(new Accept(this, current, contents.ConvertAll(content => Wire.ToIncoming(front.Broker.Topology, path, content))));
        }
        catch (Exception e) when (e is BusException or InvalidDataException)
        {
            DisposeDelivery(current, true, Wire.ToRejected(e));
        }
    }

    protected override void OnCreditAvailable(int session, uint link, bool drain, ArraySegment<byte> txnId) { }
    protected override void OnDisposeDeliveryInternal(Delivery delivery) { }

    private sealed class Accept(InboundLink link, InDelivery delivery, List<Incoming> messages) : Operation
    {
        public override void Apply(BrokerState state)
        {
            var entity = state.Entity(link.EntityName);
            foreach (var message in messages) entity.Accept(message);
            state.Finished.Add(this);
        }
        public override void Succeed() => Answer(AmqpConstants.AcceptedOutcome);
        public override void Fail(Exception failure) => Answer(Wire.ToRejected(failure));
        private void Answer(Outcome outcome)
        {
            delivery.Batchable = true;
            link.DisposeDelivery(delivery, true, outcome, noFlush: true);
            link.Front.Dirty(link.Session);
        }
    }

    public string EntityName => path;
    public AmqpFront Front => front;
}

/// <summary>A receiver's link: gets messages within its credit; its dispositions are committed, then answered.</summary>
internal sealed class OutboundLink : AmqpLink
{
    private readonly AmqpFront _front;
    private readonly LinkConsumer _consumer;

    public OutboundLink(AmqpSession session, AmqpLinkSettings settings, AmqpFront front, string path, BrokerQueue queue) : base("out", session, settings)
    {
        _front = front;
        Path = path;
        _consumer = new(this, front.Broker)
        {
            Queue = queue,
            Mode = settings.SettleType == SettleMode.SettleOnSend ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock,
        };
        Closed += (_, _) => _front.Broker.Post(new Signal(state => _consumer.Queue.Leave(_consumer)));
    }

    public string Path { get; }

    public override bool CreateDelivery(Transfer transfer, out Delivery delivery) => throw new AmqpException(AmqpErrorCode.NotAllowed, "A receiver's link takes no transfers.");
    protected override void OnProcessTransfer(Delivery delivery, Transfer transfer, Frame rawFrame) => throw new AmqpException(AmqpErrorCode.NotAllowed, null);
    protected override void OnCreditAvailable(int session, uint link, bool drain, ArraySegment<byte> txnId) { }

    protected override void OnReceiveFlow(Flow flow)
    {
        var limit = unchecked((flow.DeliveryCount ?? 0) + (flow.LinkCredit ?? 0));
        var drain = flow.Drain == true;
        _front.Broker.Post(new Signal(state => { if (!IsClosing()) _consumer.Queue.SetCredit(_consumer, limit, drain); }));
    }

    protected override void OnDisposeDeliveryInternal(Delivery delivery)
    {
        if (delivery is OutDelivery { IsLocked: true } sent && delivery.State is not null)
        {
            _front.Broker.Post(new Settle(this, sent, delivery.State, delivery.Settled));
        }
    }

    private sealed class LinkConsumer(OutboundLink link, Broker broker) : Consumer
    {
        public override void Send(Delivered message)
        {
            if (link.State != AmqpObjectState.Opened)
            {
                if (Mode == ReceiveMode.PeekLock) broker.Post(new Signal(_ => Queue.Release(message.Delivery.LockToken)));
                return;
            }
            var isLocked = Mode == ReceiveMode.PeekLock;
            link.ForceSendDelivery(new OutDelivery(Wire.ToParts(message, false), isLocked ? message.Delivery.LockToken : Guid.NewGuid(), isLocked));
        }
        public override void SendDrained(uint deliveryCount)
        {
            if (link.State == AmqpObjectState.Opened)
            {
                link.Session.SendFlow(new Flow { Handle = link.LocalHandle, DeliveryCount = deliveryCount, LinkCredit = 0, Available = 0, Drain = true });
            }
        }
    }

    private sealed class Settle(OutboundLink link, OutDelivery delivery, DeliveryState outcome, bool isSettled) : Operation
    {
        public override void Apply(BrokerState state)
        {
            var queue = link._consumer.Queue;
            switch (outcome)
            {
                case Accepted: queue.Complete(delivery.LockToken); break;
                case Released: queue.Release(delivery.LockToken); break;
                case Rejected rejected: queue.DeadLetter(delivery.LockToken, Changes(rejected.Error?.Info)); break;
                case Modified { UndeliverableHere: true } modified: queue.Defer(delivery.LockToken, Changes(modified.MessageAnnotations)); break;
                case Modified modified: queue.Abandon(delivery.LockToken, Changes(modified.MessageAnnotations)); break;
                default: throw new BusException($"No outcome: {outcome}", BusFault.ServiceCommunicationProblem);
            }
            state.Finished.Add(this);
        }
        public override void Succeed() => Answer(outcome is Rejected ? new Rejected() : outcome);
        public override void Fail(Exception failure) => Answer(Wire.ToRejected(failure));
        private void Answer(DeliveryState answer)
        {
            if (isSettled) return;
            link.DisposeDelivery(delivery, true, answer, noFlush: true);
            link._front.Dirty(link.Session);
        }
    }

    public static IReadOnlyDictionary<string, object?> Changes(IEnumerable<KeyValuePair<MapKey, object>>? map)
    {
        var changes = new Dictionary<string, object?>();
        foreach (var (key, value) in map ?? []) changes[key.Key.ToString()!] = value;
        return changes;
    }
}
