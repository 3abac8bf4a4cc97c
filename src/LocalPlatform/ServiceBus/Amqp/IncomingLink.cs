using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>The link of a client's sender: what comes is committed, then accepted.</summary>
internal sealed class IncomingLink : AmqpLink
{
    /// <summary>The limit of the Standard tier, for a message and for a batch.</summary>
    public const int MaxMessageSize = 256 * 1024;
    private const uint BatchFormat = 0x80013700;
    private readonly AmqpServer _server;
    private readonly string _path;
    private IncomingDelivery? _current;

    public IncomingLink(AmqpSession session, AmqpLinkSettings settings, AmqpServer server, string path)
        : base("incoming", session, Prepare(settings))
    {
        _server = server;
        _path = path;
    }

    public override bool CreateDelivery(Transfer transfer, out Delivery delivery)
    {
        var isNew = _current is null;
        delivery = _current ??= new();
        return isNew;
    }

    protected override bool OpenInternal()
    {
        var isOpen = base.OpenInternal();
        SendFlow(echo: false);
        return isOpen;
    }

    protected override void OnProcessTransfer(Delivery delivery, Transfer transfer, Frame rawFrame)
    {
        var current = _current!;
        current.Add(rawFrame.Payload);
        if (current.Length > MaxMessageSize)
        {
            throw new AmqpException(AmqpErrorCode.MessageSizeExceeded, $"The message has more than {MaxMessageSize} bytes.");
        }

        if (transfer.More != true)
        {
            _current = null;
            Accept(current);
        }
    }

    protected override void OnCreditAvailable(int session, uint link, bool drain, ArraySegment<byte> txnId)
    {
    }

    protected override void OnDisposeDeliveryInternal(Delivery delivery)
    {
    }

    private static AmqpLinkSettings Prepare(AmqpLinkSettings settings)
    {
        // The client fails without it.
        settings.MaxMessageSize = MaxMessageSize;
        return settings;
    }

    private void Accept(IncomingDelivery delivery)
    {
        try
        {
            if (delivery.TxnId.Array is not null)
            {
                throw new BusException(BusError.NotImplemented, "The local Service Bus does not support transactions.");
            }

            var content = delivery.TakeContent();
            List<byte[]> contents = delivery.MessageFormat == BatchFormat ? MessageSections.DataOf(content) : [content];
            var messages = contents.ConvertAll(message => MessageReader.Read(_server.Broker.Router, _path, message));
            _server.Broker.Post(new Acceptance(this, delivery, messages), content.Length);
        }
        catch (Exception e) when (e is BusException or InvalidDataException)
        {
            delivery.Batchable = false;
            DisposeDelivery(delivery, true, AmqpErrors.ToRejected(e));
        }
    }

    /// <summary>A message, or the messages of a batch, on its way into the store.</summary>
    private sealed class Acceptance(IncomingLink link, IncomingDelivery delivery, List<Incoming> messages) : Operation
    {
        public override void Apply(BrokerState state) => state.Send(link._path, messages);

        public override void Succeed() => Answer(AmqpConstants.AcceptedOutcome);

        public override void Fail(Exception failure) => Answer(AmqpErrors.ToRejected(failure));

        private void Answer(Outcome outcome)
        {
            delivery.Batchable = true;
            link.DisposeDelivery(delivery, true, outcome, noFlush: true);
            link._server.FlushLater(link.Session);
        }
    }
}
