using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The stored form of a lead: JSON, compressed, in as many binary properties of one row as it takes.</summary>
/// <param name="Ledger">What the hub did; null in a row that only continues another.</param>
/// <param name="Facts">What the tools said, oldest first.</param>
/// <param name="Outbox">Events that are to be published, oldest first.</param>
internal sealed record JourneyDocument(JourneyLedger? Ledger, IReadOnlyList<Fact> Facts, IReadOnlyList<FunnelEvent> Outbox)
{
    /// <summary>The version of the form. A row says which it has; a hub refuses a form that it does not know.</summary>
    public const int CurrentFormat = 1;

    private const string FormatColumn = "Format";
    private const string DataColumn = "Data";

    /// <summary>What one binary property holds.</summary>
    private const int Chunk = 64 * 1024;

    /// <summary>Small enough to cost less than the request that it goes with, and strong enough for the many repetitions of JSON.</summary>
    private const int BrotliQuality = 4;

    private const int BrotliWindow = 20;

    /// <summary>Gets the length of the JSON in bytes: a measure of what the lead takes in memory.</summary>
    public int JsonBytes { get; private init; }

    /// <summary>Compresses the document.</summary>
    public Packed Pack()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, HubJson.Options);
        var packed = new byte[sizeof(int) + BrotliEncoder.GetMaxCompressedLength(json.Length)];
        BitConverter.TryWriteBytes(packed, json.Length);
        if (!BrotliEncoder.TryCompress(json, packed.AsSpan(sizeof(int)), out var length, BrotliQuality, BrotliWindow))
        {
            throw new InvalidOperationException("The compressed document is longer than its longest possible length.");
        }

        return new(packed.AsMemory(0, sizeof(int) + length), json.Length);
    }

    /// <summary>Reads the document of a row.</summary>
    /// <exception cref="InvalidDataException">The row has a form that this hub does not know, or is damaged.</exception>
    public static JourneyDocument Read(TableEntity row)
    {
        if (row.GetInt32(FormatColumn) is not CurrentFormat)
        {
            throw new InvalidDataException(
                $"Row '{row.RowKey}' of Journeys has format {row[FormatColumn] ?? "(none)"}; this hub reads {CurrentFormat}. Run the hub that wrote it, or a newer one.");
        }

        var packed = BinaryChunks.Read(row, DataColumn).Span;
        var json = ArrayPool<byte>.Shared.Rent(BitConverter.ToInt32(packed));
        try
        {
            if (!BrotliDecoder.TryDecompress(packed[sizeof(int)..], json, out var length))
            {
                throw new InvalidDataException($"Row '{row.RowKey}' of Journeys cannot be decompressed.");
            }

            return JsonSerializer.Deserialize<JourneyDocument>(json.AsSpan(0, length), HubJson.Options)! with { JsonBytes = length };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json);
        }
    }

    /// <summary>A compressed document.</summary>
    /// <param name="Bytes">Four bytes with the length of the JSON, then the JSON in Brotli.</param>
    /// <param name="JsonBytes">The length of the JSON.</param>
    public readonly record struct Packed(ReadOnlyMemory<byte> Bytes, int JsonBytes)
    {
        /// <summary>Puts it into a row.</summary>
        public TableEntity WriteTo(TableEntity row)
        {
            row[FormatColumn] = CurrentFormat;
            BinaryChunks.Write(row, DataColumn, Bytes, Chunk);
            return row;
        }
    }
}
