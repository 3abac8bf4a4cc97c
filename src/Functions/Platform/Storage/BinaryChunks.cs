using Azure.Data.Tables;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Stores a long binary value in several columns: a column holds 64 KiB.</summary>
internal static class BinaryChunks
{
    public static void Write(TableEntity row, string name, ReadOnlyMemory<byte> value, int chunk)
    {
        for (var (start, part) = (0, 0); start < value.Length; start += chunk, part++)
        {
            row[$"{name}{part}"] = value.Slice(start, Math.Min(chunk, value.Length - start)).ToArray();
        }
    }

    public static ReadOnlyMemory<byte> Read(TableEntity row, string name)
    {
        using var value = new MemoryStream();
        for (var part = 0; row.GetBinary($"{name}{part}") is { } bytes; part++)
        {
            value.Write(bytes);
        }

        return value.ToArray();
    }
}
