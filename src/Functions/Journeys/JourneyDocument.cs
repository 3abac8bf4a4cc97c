using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Journeys;

/// <summary>The stored form of a lead: compressed JSON in the binary columns of one row.</summary>
/// <param name="Ledger">The ledger; null in a row that continues another.</param>
/// <param name="Facts">The facts, oldest first.</param>
/// <param name="Outbox">The events to publish, oldest first.</param>
internal sealed record JourneyDocument(JourneyLedger? Ledger, IReadOnlyList<Fact> Facts, IReadOnlyList<FunnelEvent> Outbox)
{
    /// <summary>The format version. A hub refuses unknown versions.</summary>
    public const int FirstFormat = 1;

    /// <summary>The format of a row with a sum of facts, or of a lead whose further rows do not begin with the first. A hub
    /// that knows only the first format would fold it wrongly. All other rows keep the first.</summary>
    public const int SummedFormat = 2;

    private const string FormatColumn = "Format";
    private const string DataColumn = "Data";

    /// <summary>The size of one binary column.</summary>
    private const int Chunk = 64 * 1024;

    /// <summary>Costs less time than the request, and compresses JSON's repetitions well.</summary>
    private const int BrotliQuality = 4;

    private const int BrotliWindow = 20;

    /// <summary>Gets the length of the JSON in bytes, which estimates the memory of the lead.</summary>
    public int JsonBytes { get; private init; }

    /// <summary>Packs the document.</summary>
    /// <param name="isMoved">Whether the lead's further rows do not begin with the first.</param>
    public Packed Pack(bool isMoved = false)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, HubJson.Options);
        var packed = new byte[sizeof(int) + BrotliEncoder.GetMaxCompressedLength(json.Length)];
        BitConverter.TryWriteBytes(packed, json.Length);
        if (!BrotliEncoder.TryCompress(json, packed.AsSpan(sizeof(int)), out var length, BrotliQuality, BrotliWindow))
        {
            throw new InvalidOperationException("The compressed document is longer than its longest possible length.");
        }

        var format = isMoved || Facts.Any(fact => fact is FactsSummed) ? SummedFormat : FirstFormat;
        return new(packed.AsMemory(0, sizeof(int) + length), json.Length, format);
    }

    /// <summary>Reads a row's document.</summary>
    /// <exception cref="NewerRowException">The row has an unknown format, or something in it cannot be read.</exception>
    /// <exception cref="InvalidDataException">The row is damaged.</exception>
    public static JourneyDocument Read(TableEntity row)
    {
        if (row.GetInt32(FormatColumn) is not (FirstFormat or SummedFormat))
        {
            throw new NewerRowException(
                row.RowKey, $"has format {row[FormatColumn] ?? "(none)"}; this hub reads {FirstFormat} to {SummedFormat}", null);
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
        catch (JsonException unknown)
        {
            // The path holds names of properties; the message might quote a value.
            throw new NewerRowException(row.RowKey, $"cannot be read at {unknown.Path}", null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json);
        }
    }

    /// <summary>A compressed document.</summary>
    /// <param name="Bytes">The length of the JSON in four bytes, then the JSON in Brotli.</param>
    public readonly record struct Packed(ReadOnlyMemory<byte> Bytes, int JsonBytes, int Format)
    {
        /// <summary>Writes it into a row.</summary>
        public TableEntity WriteTo(TableEntity row)
        {
            row[FormatColumn] = Format;
            BinaryChunks.Write(row, DataColumn, Bytes, Chunk);
            return row;
        }
    }
}
