using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs.Models;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The container of bodies that exceed a message or a table row. The message or row has the name and the key
/// instead. So a body is readable as long as what refers to it is there, and what remains is removed by age.</summary>
internal sealed class BodyStore(HubBlobs blobs, MasterKeys masters, TimeProvider clock)
{
    /// <summary>The name of the blob and its wrapped key, with a space between them.</summary>
    internal const string ReferenceProperty = "bodyReference";

    /// <summary>How long a body stays. Nothing that refers to one is used for longer.</summary>
    internal static readonly TimeSpan KeepFor = TimeSpan.FromDays(180);

    private const string DayFormat = "yyyyMMdd";

    /// <summary>Moves the body of a message to a blob unless it fits.</summary>
    /// <param name="longest">The longest body that fits, in bytes.</param>
    public async Task<ServiceBusMessage> FitAsync(ServiceBusMessage message, int longest, CancellationToken cancellationToken)
    {
        if (message.Body.ToMemory().Length <= longest)
        {
            return message;
        }

        var now = clock.GetUtcNow();
        var name = $"{now.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture)}/{Guid.CreateVersion7(now):N}";
        var key = Sealing.NewKey();
        var bodies = await blobs.GetAsync(HubBlobs.Bodies, cancellationToken);
        var content = BinaryData.FromBytes(Sealing.Seal(key, message.Body.ToMemory().Span, name));
        await bodies.GetBlobClient(name).UploadAsync(content, new BlobUploadOptions(), cancellationToken);
        message.Body = BinaryData.Empty;
        message.ApplicationProperties[ReferenceProperty] = $"{name} {masters.Wrap(key, name)}";
        return message;
    }

    /// <summary>Returns the body of a message, from its blob where it refers to one.</summary>
    /// <exception cref="UnrecoverableMessageException">The body is gone, or its key is.</exception>
    public async Task<BinaryData> ReadAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        if (message.ApplicationProperties.GetValueOrDefault(ReferenceProperty) is not string reference)
        {
            return message.Body;
        }

        try
        {
            var (name, wrapped) = reference.Split(' ', 2) is [var first, var second] ? (first, second) : (reference, "");
            var bodies = await blobs.GetAsync(HubBlobs.Bodies, cancellationToken);
            var content = await bodies.GetBlobClient(name).DownloadContentAsync(cancellationToken);
            return BinaryData.FromBytes(Sealing.Open(masters.Unwrap(wrapped, name), content.Value.Content.ToMemory().Span, name));
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            throw new UnrecoverableMessageException("body-gone", "The blob with its body is gone.", missing);
        }
        catch (Exception broken) when (broken is CryptographicException or FormatException)
        {
            throw new UnrecoverableMessageException("body-gone", "The blob with its body cannot be opened.", broken);
        }
    }

    /// <summary>Removes the bodies that are too old for anything to refer to them, at most as many as given.</summary>
    public async Task RemoveOldAsync(int most, CancellationToken cancellationToken)
    {
        var last = (clock.GetUtcNow() - KeepFor).UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);
        var bodies = await blobs.GetAsync(HubBlobs.Bodies, cancellationToken);
        // Names begin with the day, and blobs are listed by name: the oldest come first.
        var old = await bodies.GetBlobsAsync(new GetBlobsOptions(), cancellationToken)
            .Take(most).Select(blob => blob.Name).TakeWhile(name => string.CompareOrdinal(name, last) < 0).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(
            old, cancellationToken, async (name, token) => await bodies.DeleteBlobIfExistsAsync(name, cancellationToken: token));
    }
}
