using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using BitFaster.Caching.Atomic;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The hub's blob containers by name, under the configured prefix. A container is created at its first use,
/// and its client is cached.</summary>
internal sealed class HubBlobs(BlobServiceClient service, HubOptions hub)
{
    /// <summary>Every delivery that was processed, encrypted, by day.</summary>
    public const string Archive = "hub-archive";

    /// <summary>Bodies that exceed a message or a row, encrypted, by day.</summary>
    public const string Bodies = "hub-bodies";

    private readonly ConcurrentDictionary<string, AsyncAtomicFactory<string, BlobContainerClient>> _clients = new(StringComparer.Ordinal);

    /// <summary>Returns the client of a container, which exists then. Whoever asks while it is being created waits for that.</summary>
    public async ValueTask<BlobContainerClient> GetAsync(string name, CancellationToken cancellationToken) =>
        _clients.TryGetValue(name, out BlobContainerClient? known)
            ? known
            : await _clients.GetOrAddAsync(name, CreateAsync).AsTask().WaitAsync(cancellationToken);

    /// <summary>Creates a container for all who wait for it: none of them can cancel it. A failure is not remembered.</summary>
    private async Task<BlobContainerClient> CreateAsync(string name)
    {
        var client = service.GetBlobContainerClient(hub.TablePrefix.ToLowerInvariant() + name);
        await client.CreateIfNotExistsAsync(cancellationToken: CancellationToken.None);
        return client;
    }
}
