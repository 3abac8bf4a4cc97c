using Microsoft.Azure.Amqp;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// A message on its way out: its new beginning, then the stored bytes as they are. It is cut into frames as the library
/// asks for them.
/// </summary>
internal sealed class OutgoingDelivery : Delivery
{
    private ArraySegment<byte>[] _parts;
    private int _offset;

    /// <param name="parts">The message in parts.</param>
    /// <param name="lockToken">The token of its lock, which becomes the delivery's tag; empty when it is not
    /// locked.</param>
    public OutgoingDelivery(ArraySegment<byte>[] parts, Guid lockToken)
    {
        _parts = parts;
        LockToken = lockToken;
        DeliveryTag = new((lockToken == Guid.Empty ? Guid.NewGuid() : lockToken).ToByteArray());
        Batchable = true;
        MessageFormat = 0;
    }

    public Guid LockToken { get; }

    public override ArraySegment<byte>[] GetPayload(int payloadSize, out bool more)
    {
        var payload = new List<ArraySegment<byte>>(_parts.Length);
        var skip = _offset;
        var end = 0;
        foreach (var part in _parts)
        {
            end += part.Count;
            if (skip < part.Count && payloadSize > 0)
            {
                var piece = part.Slice(skip, Math.Min(part.Count - skip, payloadSize));
                payload.Add(piece);
                payloadSize -= piece.Count;
            }

            skip = Math.Max(0, skip - part.Count);
        }

        more = payload.Sum(static piece => piece.Count) + _offset < end;
        return [.. payload];
    }

    protected override void OnCompletePayload(int payloadSize)
    {
        _offset += payloadSize;
        if (_offset >= _parts.Sum(static part => part.Count))
        {
            // It waits for its settlement; its bytes are in the store.
            _parts = [];
            _offset = 0;
        }
    }
}
