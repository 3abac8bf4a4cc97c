using System.IO.Compression;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Functions.Archive;

/// <summary>A processed delivery as the archive keeps it.</summary>
/// <param name="MessageId">The message that brought it, without the number of the attempt.</param>
/// <param name="Parts">The delivery itself; its remaining parts after an erasure.</param>
/// <param name="Asked">The dedupe keys of the events about which the vendor was asked.</param>
/// <param name="Answers">The vendor's answers, in place of the events asked about.</param>
internal sealed record ArchivedDelivery(
    string MessageId, IReadOnlyList<Delivery> Parts, IReadOnlyCollection<string> Asked, IReadOnlyList<SourceEvent> Answers)
{
    /// <summary>Returns the events as they were processed: what the tool's mapper reads today, and the vendor's answers
    /// of then.</summary>
    public IReadOnlyList<SourceEvent> Events(IDeliveryReader reader)
    {
        var asked = Asked.ToHashSet(StringComparer.Ordinal);
        return [.. Answers, .. Parts.SelectMany(reader.Read).Where(source => !asked.Contains(source.DedupeKey))];
    }

    /// <summary>Returns everything that it holds about anybody. Parts that cannot be read are left out.</summary>
    internal IEnumerable<SourceEvent> AllEvents(IDeliveryReader reader) => Parts.SelectMany(part => TryRead(reader, part)).Concat(Answers);

    /// <summary>Writes it compressed.</summary>
    internal byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(brotli, this, ArchiveJson.Options);
        }

        return packed.ToArray();
    }

    /// <summary>Reads what <see cref="Pack"/> wrote.</summary>
    internal static ArchivedDelivery Unpack(byte[] packed)
    {
        using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        var read = JsonSerializer.Deserialize<ArchivedDelivery>(brotli, ArchiveJson.Options)!;
        return read with { Parts = [.. read.Parts.Select(WithHeaders)] };
    }

    private static IReadOnlyList<SourceEvent> TryRead(IDeliveryReader reader, Delivery part)
    {
        try
        {
            return reader.Read(part);
        }
        catch (UnreadableDeliveryException)
        {
            return [];
        }
    }

    /// <summary>Makes the names of headers ignore case, which JSON does not.</summary>
    private static Delivery WithHeaders(Delivery part) =>
        part with { Headers = part.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase) };
}
