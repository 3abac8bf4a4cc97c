using System.Collections.Concurrent;
using Azure.Storage.Blobs;
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

    private readonly ConcurrentDictionary<string, BlobContainerClient> _clients = new(StringComparer.Ordinal);

    /// <summary>Returns the client of a container, which exists then.</summary>
    public async ValueTask<BlobContainerClient> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (_clients.TryGetValue(name, out var known))
        {
            return known;
        }

        var client = service.GetBlobContainerClient(hub.TablePrefix.ToLowerInvariant() + name);
        await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        return _clients.GetOrAdd(name, client);
    }
}
