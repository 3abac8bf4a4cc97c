using System.Globalization;
using System.Text;

namespace IntegrationHub.Connectors.Recorded;

/// <summary>A recorded delivery: an <c>.http</c> file with notes (<c># key: value</c>), a request and headers. Its body
/// is the file named by <c># body-file</c>. With <c># direction: poll-response</c> the request is the hub's own, and
/// the body is the answer, whose status follows <c># response</c>.</summary>
public sealed record RecordedCase
{
    /// <summary>The longest file to read, in bytes. It exceeds any delivery and stops
    /// at a wrong file or device.</summary>
    public const int LongestFile = 32 * 1024 * 1024;

    /// <summary>Gets the notes before the request.</summary>
    public required IReadOnlyDictionary<string, string> Notes { get; init; }

    /// <summary>Gets the method in upper case.</summary>
    public required string Method { get; init; }

    /// <summary>Gets path and query.</summary>
    public required string Target { get; init; }

    /// <summary>Gets the headers of the request, or of the answer to a poll.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Gets the status of a poll's answer; 200 by default.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the raw body; empty when there is none.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Gets a value indicating whether the body is the answer to a poll.</summary>
    public bool IsPoll => Note("direction") == "poll-response";

    /// <summary>Gets the clock for freshness checks; null when the case names none.</summary>
    public DateTimeOffset? VerifyAt => Note("verify-at") is { } at
        ? DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)
        : null;

    /// <summary>Returns a note; null when it is missing.</summary>
    public string? Note(string key) => Notes.GetValueOrDefault(key);

    /// <summary>Reads a case and its body.</summary>
    /// <exception cref="FormatException">The file is not a case.</exception>
    public static async Task<RecordedCase> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var lines = LinesOf(await ReadAsync(path, cancellationToken));
        var notes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.TakeWhile(line => line.StartsWith('#')))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                notes.TryAdd(line[1..colon].Trim(), line[(colon + 1)..].Trim());
            }
        }

        var request = lines.SkipWhile(line => line.StartsWith('#') || string.IsNullOrWhiteSpace(line)).ToList();
        if (request.Count == 0 || request[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var method, var target, ..])
        {
            throw new FormatException("A case has a request line after its notes.");
        }

        var answer = request.SkipWhile(line => !line.StartsWith("# response", StringComparison.OrdinalIgnoreCase)).Skip(1).ToList();
        return new()
        {
            Notes = notes,
            Method = method.ToUpperInvariant(),
            Target = target,
            Headers = HeadersOf(answer.Count > 0 ? answer : request),
            Status = StatusOf(answer),
            Body = await BodyAsync(path, notes.GetValueOrDefault("body-file"), cancellationToken),
        };
    }

    private static Dictionary<string, string> HeadersOf(List<string> message)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in message.Skip(1).TakeWhile(line => !string.IsNullOrWhiteSpace(line)))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new FormatException("A header is a name, a colon and a value.");
            }

            headers.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim());
        }

        return headers;
    }

    private static int StatusOf(List<string> answer)
    {
        if (answer.Count == 0)
        {
            return 200;
        }

        return answer[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var status, ..]
            && int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? code
            : throw new FormatException("An answer begins with a status line.");
    }

    /// <summary>Reads the body file. A remark in brackets may follow its name; <c>none</c> is a request without a
    /// body.</summary>
    private static async Task<ReadOnlyMemory<byte>> BodyAsync(string path, string? note, CancellationToken cancellationToken)
    {
        if (note is null or "none")
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var bracket = note.IndexOf(" (", StringComparison.Ordinal);
        var name = bracket < 0 ? note : note[..bracket];
        return await ReadAsync(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name.Trim()), cancellationToken);
    }

    /// <summary>Reads a file by counting its bytes, because pipes and devices have no length.</summary>
    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (bytes.Length + count > LongestFile)
            {
                throw new FormatException($"{path} is longer than {LongestFile} bytes, so it is not a recorded delivery.");
            }

            bytes.Write(buffer.AsSpan(0, count));
        }

        return bytes.ToArray();
    }

    private static List<string> LinesOf(byte[] text)
    {
        using var reader = new StreamReader(new MemoryStream(text), Encoding.UTF8);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }
}
