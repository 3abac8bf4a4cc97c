using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>How the reading of a body ended.</summary>
internal enum ReadOutcome
{
    Whole,

    TooLarge,

    /// <summary>The budget is used up.</summary>
    NoRoom,
}

/// <summary>A body in a pooled buffer that grows as bytes come, within the budget of all bodies. What a request says of
/// its length reserves nothing.</summary>
internal sealed class IncomingBody(IntakeBudget budget) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _taken;
    private int _length;

    /// <summary>Gets what was read. It is valid until this is disposed of.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads a request's body, at most one byte more than the limit.</summary>
    public async Task<ReadOutcome> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return ReadOutcome.TooLarge;
        }

        while (true)
        {
            if (_length == _buffer.Length && !TryGrow())
            {
                return ReadOutcome.NoRoom;
            }

            var free = _buffer.AsMemory(_length, Math.Min(_buffer.Length, limit + 1) - _length);
            var read = await request.Body.ReadAsync(free, cancellationToken);
            _length += read;
            if (read == 0 || _length > limit)
            {
                return read == 0 ? ReadOutcome.Whole : ReadOutcome.TooLarge;
            }
        }
    }

    public void Dispose()
    {
        Release();
        budget.GiveBack(_taken);
        (_buffer, _taken, _length) = ([], 0, 0);
    }

    private bool TryGrow()
    {
        var size = Math.Max(FirstBuffer, _buffer.Length * 2);
        if (!budget.TryTake(size - _taken))
        {
            return false;
        }

        _taken = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Bytes.CopyTo(larger);
        Release();
        _buffer = larger;
        return true;
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
