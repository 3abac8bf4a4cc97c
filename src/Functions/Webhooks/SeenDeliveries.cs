using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Remembers the proofs of stored deliveries for about ten minutes, as long as a signature is fresh. What comes
/// again with the same proof is stored already. It is a help and no promise: its memory is bounded, and each instance
/// has its own.</summary>
internal sealed class SeenDeliveries(TimeProvider clock)
{
    private const int Most = 50_000;
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private HashSet<UInt128> _young = [];
    private HashSet<UInt128> _old = [];
    private DateTimeOffset _youngSince = clock.GetUtcNow();

    /// <summary>Whether a delivery of this proof was stored lately.</summary>
    public bool Contains(string connector, string proof)
    {
        lock (_lock)
        {
            Turn();
            return KeyOf(connector, proof) is var key && (_young.Contains(key) || _old.Contains(key));
        }
    }

    public void Add(string connector, string proof)
    {
        lock (_lock)
        {
            Turn();
            _young.Add(KeyOf(connector, proof));
        }
    }

    /// <summary>Forgets the older half once the younger is full or as old as a proof counts.</summary>
    private void Turn()
    {
        var now = clock.GetUtcNow();
        if (_young.Count >= Most || now - _youngSince >= Age)
        {
            (_old, _young, _youngSince) = (_young, [], now);
        }
    }

    private static UInt128 KeyOf(string connector, string proof) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{connector}\n{proof}")));
}
