using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>A span as it arrived.</summary>
/// <param name="Trace">The trace's id, in hexadecimal digits.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Parent">The id of the span it is part of; empty for the first of a trace.</param>
/// <param name="Name">Its name.</param>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name);

/// <summary>Receives OTLP by HTTP in protobuf, and stores what the tests read.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, byte> _metrics = new();
    private readonly WebApplication _server;
    private int _logs;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.MapPost("/v1/traces", request => TakeAsync(request, KeepSpan));
        _server.MapPost("/v1/metrics", request => TakeAsync(request, metric => _metrics[Text(metric, 1)] = 0));
        _server.MapPost("/v1/logs", request => TakeAsync(request, _ => Interlocked.Increment(ref _logs)));
    }

    public string Url => _server.Urls.Single();

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    public IEnumerable<string> Metrics => _metrics.Keys;

    public int Logs => _logs;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._server.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void KeepSpan(ByteString span) => _spans.Enqueue(new(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5)));

    /// <summary>Each of the three requests holds resources (1), each of them scopes (2), and each of those items (2).</summary>
    private static async Task TakeAsync(HttpContext context, Action<ByteString> keep)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        foreach (var item in Fields(ByteString.CopyFrom(body.ToArray()), 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
        {
            keep(item);
        }
    }

    private static string Hex(ByteString message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault(ByteString.Empty).Span);

    private static string Text(ByteString message, int field) => Fields(message, field).FirstOrDefault(ByteString.Empty).ToStringUtf8();

    /// <summary>The values of a message's field that is a text, bytes or a message.</summary>
    private static List<ByteString> Fields(ByteString message, int field)
    {
        var input = message.CreateCodedInput();
        var values = new List<ByteString>();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                values.Add(input.ReadBytes());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return values;
    }
}
