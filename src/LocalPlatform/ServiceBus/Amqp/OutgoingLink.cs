using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// The link of a client's receiver: it gets messages within its credit, and its dispositions are committed, then
/// answered.
/// </summary>
internal sealed class OutgoingLink : AmqpLink
{
    private static readonly AmqpSymbol SessionFilter = "com.microsoft:session-filter";
    private static readonly AmqpSymbol LockedUntilUtc = "com.microsoft:locked-until-utc";
    private static readonly AmqpSymbol TimeoutProperty = "com.microsoft:timeout";
    private readonly AmqpServer _server;
    private readonly string _path;
    private readonly LinkConsumer _consumer;

    public OutgoingLink(AmqpSession session, AmqpLinkSettings settings, AmqpServer server, string path)
        : base("outgoing", session, settings)
    {
        _server = server;
        _path = path;
        _consumer = new(this)
        {
            Name = settings.LinkName,
            Mode = settings.SettleType == SettleMode.SettleOnSend ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock,
        };
        Closed += (_, _) => _server.Broker.Post(new Signal(_ => _consumer.Queue?.Detach(_consumer)));
    }

    /// <summary>
    /// Finds the queue and, where the client asks for one, a session of it. The link opens for the client
    /// when this ends.
    /// </summary>
    public Task AttachAsync(TimeSpan timeout)
    {
        var filters = (Settings.Source as Source)?.FilterSet;
        if (filters?.FirstOrDefault(static filter => !SessionFilter.Equals(filter.Key.Key)) is { Key.Key: { } unknown })
        {
            var refusal = new BusException(BusError.NotImplemented, $"The local Service Bus does not support the filter '{unknown}'.");
            return Task.FromException(AmqpErrors.ToAmqpException(refusal));
        }

        var wait = Settings.Properties is { } sent && sent.TryGetValue(TimeoutProperty, out uint milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : timeout;
        object? session = null;
        var attachment = new Attachment(this, filters?.TryGetValue(SessionFilter, out session) == true, session as string, wait);
        _server.Broker.Post(attachment);
        return attachment.Opened;
    }

    public override bool CreateDelivery(Transfer transfer, out Delivery delivery) => throw Unexpected();

    protected override void OnProcessTransfer(Delivery delivery, Transfer transfer, Frame rawFrame) => throw Unexpected();

    protected override void OnCreditAvailable(int session, uint link, bool drain, ArraySegment<byte> txnId)
    {
    }

    /// <summary>
    /// Takes the credit to the broker's thread, which alone knows what is on its way. The library's own handling would
    /// end a drain before messages that it has not seen yet.
    /// </summary>
    protected override void OnReceiveFlow(Flow flow)
    {
        var limit = unchecked((flow.DeliveryCount ?? 0) + (flow.LinkCredit ?? 0));
        var drain = flow.Drain == true;
        _server.Broker.Post(new Signal(_ => _consumer.Queue?.OnFlow(_consumer, limit, drain)));
    }

    protected override void OnDisposeDeliveryInternal(Delivery delivery)
    {
        if (delivery is OutgoingDelivery sent && sent.LockToken != Guid.Empty && sent.State is { } outcome)
        {
            _server.Broker.Post(new Disposal(this, sent, outcome, sent.Settled));
        }
    }

    private static AmqpException Unexpected() => new(AmqpErrorCode.NotAllowed, "A receiver's link takes no transfers.");

    private void OnSessionAccepted(string id, long lockedUntil)
    {
        ((Source)Settings.Source).FilterSet[SessionFilter] = id;
        Settings.Properties ??= new Fields();
        Settings.Properties[LockedUntilUtc] = lockedUntil;
    }

    /// <summary>
    /// The link's attachment to its queue. It ends on the answers' thread, and the link opens there before the first
    /// message is sent on it: the client gives credit without waiting for the link to open.
    /// </summary>
    private sealed class Attachment(OutgoingLink link, bool wantsSession, string? session, TimeSpan wait) : Operation
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.None);

        public Task Opened => _opened.Task;

        public override bool IsDurable => false;

        public override void Apply(BrokerState state)
        {
            var queue = state.Queue(link._path);
            if (wantsSession)
            {
                queue.AcceptSession(link._consumer, new(session, state.Now + wait.Ticks, Grant, Fail));
            }
            else
            {
                queue.Attach(link._consumer);
            }
        }

        public override void Succeed()
        {
            if (!wantsSession)
            {
                _opened.TrySetResult();
            }
        }

        public override void Fail(Exception failure) => _opened.TrySetException(AmqpErrors.ToAmqpException(AmqpErrors.AsRefusal(failure)));

        private void Grant(string id, long lockedUntil)
        {
            link.OnSessionAccepted(id, lockedUntil);
            _opened.TrySetResult();
        }
    }

    /// <summary>The link as the engine sees it.</summary>
    private sealed class LinkConsumer(OutgoingLink link) : Consumer
    {
        public override void Deliver(Delivered message)
        {
            if (link.State == AmqpObjectState.Opened)
            {
                link.ForceSendDelivery(new OutgoingDelivery(Messages.MessageWriter.Write(message), message.LockToken));
            }
            else if (message.LockToken != Guid.Empty)
            {
                // It was never sent, so it counts as not delivered.
                link._server.Broker.Post(
                    new Signal(state => state.Settle(link._path, message.LockToken, Settlement.Release, SettlementChanges.None)));
            }
        }

        public override void ReportDrained(uint deliveryCount)
        {
            if (link.State == AmqpObjectState.Opened)
            {
                link.Session.SendFlow(
                    new Flow { Handle = link.LocalHandle, DeliveryCount = deliveryCount, LinkCredit = 0, Available = 0, Drain = true });
            }
        }

        public override void Detach(BusException why) => link.SafeClose(AmqpErrors.ToAmqpException(why));
    }

    /// <summary>Applies the client's settlement of a delivery.</summary>
    private sealed class Disposal(OutgoingLink link, OutgoingDelivery delivery, DeliveryState outcome, bool isSettled) : Operation
    {
        public override void Apply(BrokerState state)
        {
            var (settlement, changes) = outcome switch
            {
                Accepted => (Settlement.Complete, SettlementChanges.None),
                Released => (Settlement.Release, SettlementChanges.None),
                Rejected rejected => (Settlement.DeadLetter, SettlementChanges.Of(rejected.Error?.Info)),
                Modified { UndeliverableHere: true } modified => (Settlement.Defer, SettlementChanges.Of(modified.MessageAnnotations)),
                Modified modified => (Settlement.Abandon, SettlementChanges.Of(modified.MessageAnnotations)),
                _ => throw new BusException(BusError.NotImplemented, $"The local Service Bus does not support the outcome '{outcome}'."),
            };
            state.Settle(link._path, delivery.LockToken, settlement, changes);
        }

        /// <summary>
        /// A rejection is confirmed by one without an error: with one, the client takes it for a failure.
        /// </summary>
        public override void Succeed() => Answer(outcome is Rejected ? new Rejected() : outcome);

        public override void Fail(Exception failure) => Answer(AmqpErrors.ToRejected(failure));

        private void Answer(DeliveryState answer)
        {
            if (!isSettled)
            {
                link.DisposeDelivery(delivery, true, answer, noFlush: true);
                link._server.FlushLater(link.Session);
            }
        }
    }
}
