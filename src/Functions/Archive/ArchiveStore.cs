using Azure;
using Azure.Storage.Blobs.Models;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Archive;

/// <summary>The blobs of the archive: one for each delivery, encrypted with a key of its own.</summary>
internal sealed class ArchiveStore(HubBlobs blobs, ArchiveKeyStore keys)
{
    private const int PageSize = 500;

    /// <summary>Stores a delivery. Idempotent: the same delivery has the same name.</summary>
    /// <param name="named">Everybody whom the delivery names.</param>
    internal async Task WriteAsync(
        ArchiveName name, ArchivedDelivery delivery, IReadOnlyCollection<IdentityKey> named, CancellationToken cancellationToken)
    {
        var key = await keys.AddAsync(name, named, cancellationToken);
        var content = BinaryData.FromBytes(Sealing.Seal(key, delivery.Pack(), name.Blob));
        var blob = (await blobs.GetAsync(HubBlobs.Archive, cancellationToken)).GetBlobClient(name.Blob);
        await blob.UploadAsync(content, new BlobUploadOptions(), cancellationToken);
    }

    /// <summary>Returns a delivery; null when it or its key is gone.</summary>
    internal async Task<ArchivedDelivery?> ReadAsync(ArchiveName name, CancellationToken cancellationToken)
    {
        if (await keys.FindAsync(name, cancellationToken) is not { } key)
        {
            return null;
        }

        try
        {
            var blob = (await blobs.GetAsync(HubBlobs.Archive, cancellationToken)).GetBlobClient(name.Blob);
            var content = await blob.DownloadContentAsync(cancellationToken);
            return ArchivedDelivery.Unpack(Sealing.Open(key, content.Value.Content.ToMemory().Span, name.Blob));
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Removes a delivery: first its key, then the rest. Idempotent.</summary>
    /// <param name="named">Whom to remove from the index.</param>
    internal async Task RemoveAsync(ArchiveName name, IEnumerable<IdentityKey> named, CancellationToken cancellationToken)
    {
        await keys.DropAsync(name, cancellationToken);
        var container = await blobs.GetAsync(HubBlobs.Archive, cancellationToken);
        await container.DeleteBlobIfExistsAsync(name.Blob, cancellationToken: cancellationToken);
        await keys.UnnameAsync(name, named, cancellationToken);
    }

    /// <summary>Whether a delivery is there as it came: no erasure took it apart, and its day has not left.</summary>
    internal async Task<bool> HasAsync(ArchiveName name, CancellationToken cancellationToken) =>
        await keys.FindAsync(name, cancellationToken) is not null;

    /// <summary>Returns a page of a day's deliveries by time of receipt.</summary>
    /// <param name="marker">Where to continue; null for the beginning.</param>
    /// <returns>The marker of the next page is null after the last.</returns>
    internal async Task<(IReadOnlyList<ArchiveName> Names, string? Next)> ListAsync(
        string day, string? marker, CancellationToken cancellationToken)
    {
        var container = await blobs.GetAsync(HubBlobs.Archive, cancellationToken);
        var listed = container.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{day}/" }, cancellationToken);
        await foreach (var page in listed.AsPages(marker, PageSize).WithCancellation(cancellationToken))
        {
            var names = page.Values.Select(blob => ArchiveName.TryParse(blob.Name, out var name) ? name : null).OfType<ArchiveName>();
            return ([.. names], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken);
        }

        return ([], null);
    }

    /// <summary>Deletes blobs of a day, at most as many as given.</summary>
    /// <returns>Whether none is left.</returns>
    internal async Task<bool> TryClearDayAsync(string container, string day, int most, CancellationToken cancellationToken)
    {
        var all = await blobs.GetAsync(container, cancellationToken);
        var some = await all.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{day}/" }, cancellationToken)
            .Take(most).Select(blob => blob.Name).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(
            some, cancellationToken, async (blob, token) => await all.DeleteBlobIfExistsAsync(blob, cancellationToken: token));
        return some.Count < most;
    }
}
