using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Functions.Archive;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>
/// Recorded deliveries in a folder and below it, by time of receipt: cases (<c>.http</c>) as the command <c>read</c>
/// takes them, and lines (<c>.jsonl</c>) of <c>{"connector","receivedAt","channel","headers","body"}</c>, where the
/// body is JSON, or a text for another format.
/// </summary>
internal sealed class RecordedFolder(string folder, CaseReader cases)
{
    private const string Cases = "*.http", Lines = "*.jsonl";

    /// <summary>Gets the number of files that could not be read. The rest is processed all the same.</summary>
    public int Faults { get; private set; }

    /// <summary>Reads the deliveries: cases first, then each file of lines in its own order.</summary>
    public async IAsyncEnumerable<ArchivedDelivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var files = Directory.EnumerateFiles(folder, Cases, SearchOption.AllDirectories).Select(file => (Time: TimeOf(file), file))
            .OrderBy(each => each.Time).ThenBy(each => each.file, StringComparer.Ordinal).ToList();
        foreach (var (_, file) in files)
        {
            if (await ReadCaseAsync(file, cancellationToken) is { } delivery)
            {
                yield return Archived(delivery, file);
            }
        }

        foreach (var file in Directory.EnumerateFiles(folder, Lines, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var number = 0;
            await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line) && ReadLine(line) is { } delivery)
                {
                    yield return Archived(delivery, $"{file}:{number}");
                }
            }
        }
    }

    private static ArchivedDelivery Archived(Delivery delivery, string name) => new(name, [delivery], [], []);

    /// <summary>Reads the time of a case from its notes, which come first. A case without one comes last, as of
    /// now.</summary>
    private static DateTimeOffset TimeOf(string file)
    {
        const string Note = "# verify-at:";
        var note = File.ReadLines(file).TakeWhile(line => line.StartsWith('#'))
            .FirstOrDefault(line => line.StartsWith(Note, StringComparison.OrdinalIgnoreCase));
        return DateTimeOffset.TryParse(note?[Note.Length..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : DateTimeOffset.MaxValue;
    }

    private async Task<Delivery?> ReadCaseAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var recorded = await RecordedCase.LoadAsync(file, cancellationToken);
            return recorded.Method is "GET" or "HEAD" && !recorded.IsPoll ? null : cases.DeliveryOf(recorded) ?? Fault();
        }
        catch (Exception failure) when (failure is IOException or FormatException or InvalidDataException or UnauthorizedAccessException)
        {
            return Fault();
        }
    }

    private Delivery? ReadLine(string line)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Line>(line, JsonSerializerOptions.Web);
            return read is not { Connector: { } connector, ReceivedAt: { } receivedAt } ? Fault() : new Delivery
            {
                Connector = connector.ToLowerInvariant(),
                Channel = read.Channel ?? "",
                Headers = (read.Headers ?? []).ToDictionary(StringComparer.OrdinalIgnoreCase),
                Body = Encoding.UTF8.GetBytes(read.Body.ValueKind == JsonValueKind.String ? read.Body.GetString()!
                    : read.Body.GetRawText()),
                ReceivedAt = receivedAt,
            };
        }
        catch (JsonException)
        {
            return Fault();
        }
    }

    private Delivery? Fault()
    {
        Faults++;
        return null;
    }

    private sealed record Line(
        string? Connector, DateTimeOffset? ReceivedAt, string? Channel, Dictionary<string, string>? Headers, JsonElement Body);
}
