using System.Buffers.Text;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>Takes the answer to a transaction apart: a response for each action or, when it failed, one for the action that failed.</summary>
internal static class TransactionResponse
{
    /// <exception cref="TableTransactionFailedException">An action failed, and so all of them.</exception>
    internal static IReadOnlyList<Response> Read(Response batch)
    {
        List<Response> responses = [];
        var body = batch.Content.ToMemory();
        for (var rest = body; Next(ref rest) is { } response;)
        {
            if (response.IsError)
            {
                throw new TableTransactionFailedException(new RequestFailedException(response, null, ServiceErrorParser.Instance));
            }

            responses.Add(response);
        }

        return responses;
    }

    /// <summary>Reads up to the end of the next response: past the part's own headers to the status line, then headers, then what comes before a boundary.</summary>
    private static ActionResponse? Next(ref ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var line = Line(ref rest).Span;
            if (!line.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(line[9..], out int status, out var digits))
            {
                continue;
            }

            var reason = Encoding.ASCII.GetString(line[(9 + digits)..]).Trim();
            var headers = Until(ref rest, static line => line.IsEmpty, dropLast: true);
            var content = Until(ref rest, static line => line.StartsWith("--"u8), dropLast: false);
            return new(status, reason, headers, content);
        }

        return null;
    }

    private static ReadOnlyMemory<byte> Until(ref ReadOnlyMemory<byte> rest, Func<ReadOnlySpan<byte>, bool> isEnd, bool dropLast)
    {
        var start = rest;
        while (!rest.IsEmpty)
        {
            var before = rest;
            if (isEnd(Line(ref rest).Span))
            {
                if (!dropLast)
                {
                    rest = before;
                }

                return start[..^before.Length];
            }
        }

        return start;
    }

    private static ReadOnlyMemory<byte> Line(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
