using Microsoft.Azure.Amqp;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>A message on its way in, put together from its frames.</summary>
internal sealed class IncomingDelivery : Delivery
{
    private byte[] _content = [];

    public int Length { get; private set; }

    public void Add(ArraySegment<byte> part)
    {
        if (_content.Length < Length + part.Count)
        {
            Array.Resize(ref _content, Length == 0 ? part.Count : Math.Max(Length + part.Count, 2 * Length));
        }

        part.AsSpan().CopyTo(_content.AsSpan(Length));
        Length += part.Count;
    }

    /// <summary>Returns the message and forgets it: the delivery itself lives until it is settled.</summary>
    public byte[] TakeContent()
    {
        Array.Resize(ref _content, Length);
        var content = _content;
        _content = [];
        return content;
    }

    public override ArraySegment<byte>[] GetPayload(int payloadSize, out bool more) =>
        throw new InvalidOperationException("It is not for sending.");

    protected override void OnCompletePayload(int payloadSize) => throw new InvalidOperationException("It is not for sending.");
}
