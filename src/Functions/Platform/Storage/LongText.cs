using System.Text;
using Azure.Data.Tables;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Stores a long text in several columns: a column holds 32 Ki characters.</summary>
internal static class LongText
{
    private const int Chunk = 30_000;

    public static void Write(TableEntity row, string name, string text)
    {
        for (var (start, part) = (0, 0); start < text.Length; start += Chunk, part++)
        {
            row[$"{name}{part}"] = text.Substring(start, Math.Min(Chunk, text.Length - start));
        }
    }

    public static string Read(TableEntity row, string name)
    {
        var first = row.GetString($"{name}0") ?? "";
        if (row.GetString($"{name}1") is null)
        {
            return first;
        }

        var text = new StringBuilder(first);
        for (var part = 1; row.GetString($"{name}{part}") is { } more; part++)
        {
            text.Append(more);
        }

        return text.ToString();
    }
}
