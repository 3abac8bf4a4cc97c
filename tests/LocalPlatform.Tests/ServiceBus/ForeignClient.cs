using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Sasl;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>A client of AMQP alone, which sends whatever bytes it is given as a message.</summary>
internal sealed class ForeignClient : IAsyncDisposable
{
    private readonly AmqpConnection _connection;
    private readonly RawLink _link;

    private ForeignClient(AmqpConnection connection, RawLink link)
    {
        _connection = connection;
        _link = link;
    }

    public static async Task<ForeignClient> ConnectAsync(int port, string entity)
    {
        var connection = await new AmqpConnectionFactory().OpenConnectionAsync(
            new Uri($"amqp://127.0.0.1:{port}"),
            new SaslAnonymousHandler(),
            TestContext.Current.CancellationToken);
        var session = connection.CreateSession(new AmqpSessionSettings());
        await session.OpenAsync(TestContext.Current.CancellationToken);
        var link = new RawLink(session, new AmqpLinkSettings
        {
            LinkName = "raw",
            Role = false,
            InitialDeliveryCount = 0,
            Source = new Source { Address = "here" },
            Target = new Target { Address = entity },
        });
        await link.OpenAsync(TestContext.Current.CancellationToken);
        return new(connection, link);
    }

    /// <summary>Sends bytes as a message and returns the error condition, null when it was accepted.</summary>
    public async Task<string?> SendAsync(byte[] message)
    {
        var delivery = new RawDelivery(message);
        _link.ForceSendDelivery(delivery);
        var outcome = await delivery.Settled.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (outcome as Rejected)?.Error.Condition.Value;
    }

    public async ValueTask DisposeAsync() => await _connection.CloseAsync(CancellationToken.None);

    private sealed class RawLink(AmqpSession session, AmqpLinkSettings settings) : AmqpLink("raw", session, settings)
    {
        public override bool CreateDelivery(Transfer transfer, out Delivery delivery) => throw new InvalidOperationException();

        protected override void OnProcessTransfer(Delivery delivery, Transfer transfer, Frame rawFrame) => throw new InvalidOperationException();

        protected override void OnCreditAvailable(int session, uint link, bool drain, ArraySegment<byte> txnId)
        {
        }

        protected override void OnDisposeDeliveryInternal(Delivery delivery) => ((RawDelivery)delivery).Settle();
    }

    private sealed class RawDelivery : Delivery
    {
        private readonly TaskCompletionSource<DeliveryState> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ArraySegment<byte> _left;

        public RawDelivery(byte[] message)
        {
            _left = message;
            DeliveryTag = Guid.NewGuid().ToByteArray();
        }

        public new Task<DeliveryState> Settled => _settled.Task;

        public void Settle() => _settled.TrySetResult(State);

        public override ArraySegment<byte>[] GetPayload(int payloadSize, out bool more)
        {
            more = _left.Count > payloadSize;
            return [_left[..Math.Min(payloadSize, _left.Count)]];
        }

        protected override void OnCompletePayload(int payloadSize) => _left = _left[payloadSize..];
    }
}
