using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>What is counted of a lead or a deal.</summary>
/// <param name="Number">The number of the lead's tally; 0 for a deal.</param>
/// <param name="Cells">What it adds to the sums.</param>
internal sealed record SubjectRow(int Number, ImmutableSortedDictionary<TallyCell, decimal> Cells)
{
    /// <summary>The number of a lead that was merged into another: no later tally of it counts.</summary>
    public const int Merged = int.MaxValue;

    /// <summary>The row of a subject that is not counted yet.</summary>
    public static readonly SubjectRow New = new(0, Tally.None.Cells);

    /// <summary>Gets the rows of the lead's deals.</summary>
    public ImmutableArray<string> Deals { get; init; } = [];

    /// <summary>Gets the leads that were merged into this one.</summary>
    public ImmutableArray<string> MergedLeads { get; init; } = [];

    /// <summary>Gets what each lead says about the deal.</summary>
    public ImmutableSortedDictionary<string, DealWord> Words { get; init; } = LeadTally.None.Deals;
}

/// <summary>The sums of a view's month.</summary>
/// <param name="Sums">What all subjects add, with what is left of erased people.</param>
/// <param name="Rest">What is left of erased people.</param>
internal sealed record SumRow(
    string View, string Month, ImmutableDictionary<string, decimal> Sums, ImmutableDictionary<string, decimal> Rest)
{
    public static SumRow New(string view, string month) =>
        new(view, month, ImmutableDictionary<string, decimal>.Empty, ImmutableDictionary<string, decimal>.Empty);
}

/// <summary>The stored form of a row: compressed JSON in binary columns.</summary>
internal static class TallyRow
{
    private const string Data = "Data";
    private const int Chunk = 60 * 1024;

    private static readonly JsonSerializerOptions Json = new(HubJson.Options) { Converters = { new CellsConverter() } };

    public static TableEntity Write<T>(string partition, string key, T document)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(brotli, document, Json);
        }

        var row = new TableEntity(partition, key);
        BinaryChunks.Write(row, Data, packed.ToArray(), Chunk);
        return row;
    }

    public static T Read<T>(TableEntity row)
    {
        using var packed = new MemoryStream(BinaryChunks.Read(row, Data).ToArray());
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<T>(brotli, Json)!;
    }

    /// <summary>Writes cells as a list: a cell is not a valid name of a property.</summary>
    private sealed class CellsConverter : JsonConverter<ImmutableSortedDictionary<TallyCell, decimal>>
    {
        public override ImmutableSortedDictionary<TallyCell, decimal> Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Cell[]>(ref reader, options)!
                .ToImmutableSortedDictionary(cell => new TallyCell(cell.V, cell.M, cell.K), cell => cell.N);

        public override void Write(
            Utf8JsonWriter writer, ImmutableSortedDictionary<TallyCell, decimal> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(
                writer, value.Select(cell => new Cell(cell.Key.View, cell.Key.Month, cell.Key.Key, cell.Value)).ToArray(), options);

        private sealed record Cell(string V, string M, string K, decimal N);
    }
}
