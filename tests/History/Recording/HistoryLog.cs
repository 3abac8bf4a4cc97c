using System.Text.Json;

namespace IntegrationHub.History.Recording;

/// <summary>Takes what happens down, in order, in memory and as JSONL.</summary>
internal sealed class HistoryLog(TextWriter file) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<HistoryEntry> _entries = [];

    /// <summary>Gets what was taken down so far.</summary>
    public IReadOnlyList<HistoryEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public void Add(HistoryEntry entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
            file.WriteLine(JsonSerializer.Serialize(entry, JsonSerializerOptions.Web));
        }
    }

    /// <summary>Reads a record that was written.</summary>
    public static IReadOnlyList<HistoryEntry> Read(IEnumerable<string> lines) =>
        [.. lines.Select(line => JsonSerializer.Deserialize<HistoryEntry>(line, JsonSerializerOptions.Web)!)];

    public void Dispose() => file.Dispose();
}
