using Microsoft.Azure.Amqp;

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>A message on its way in, collected from its transfer frames.</summary>
internal sealed class InDelivery : Delivery
{
    private byte[] _content = [];
    public byte[] Content => _content;
    public void Add(ArraySegment<byte> part)
    {
        var at = _content.Length;
        Array.Resize(ref _content, at + part.Count);
        part.AsSpan().CopyTo(_content.AsSpan(at));
    }
    public override ArraySegment<byte>[] GetPayload(int payloadSize, out bool more) => throw new InvalidOperationException();
    protected override void OnCompletePayload(int payloadSize) => throw new InvalidOperationException();
}

/// <summary>A message on its way out: new header and annotations, then the stored bytes as they are.</summary>
internal sealed class OutDelivery : Delivery
{
    private readonly ArraySegment<byte>[] _parts;
    private int _part, _offset;
    public OutDelivery(ArraySegment<byte>[] parts, Guid lockToken, bool isLocked)
    {
        _parts = parts;
        LockToken = lockToken;
        IsLocked = isLocked;
        DeliveryTag = new(lockToken.ToByteArray());
        Batchable = true;
        MessageFormat = 0;
    }
    public Guid LockToken { get; }
    public bool IsLocked { get; }
    public override ArraySegment<byte>[] GetPayload(int payloadSize, out bool more)
    {
        var list = new List<ArraySegment<byte>>(2);
        int part = _part, offset = _offset;
        while (part < _parts.Length && payloadSize > 0)
        {
            var piece = _parts[part].Slice(offset);
            if (piece.Count > payloadSize) { piece = piece.Slice(0, payloadSize); offset += payloadSize; payloadSize = 0; }
            else { payloadSize -= piece.Count; part++; offset = 0; }
            if (piece.Count > 0) list.Add(piece);
        }
        more = part < _parts.Length;
        return [.. list];
    }
    protected override void OnCompletePayload(int payloadSize)
    {
        while (payloadSize > 0)
        {
            var left = _parts[_part].Count - _offset;
            if (payloadSize >= left) { payloadSize -= left; _part++; _offset = 0; }
            else { _offset += payloadSize; payloadSize = 0; }
        }
        while (_part < _parts.Length && _parts[_part].Count == _offset) { _part++; _offset = 0; }
    }
}
