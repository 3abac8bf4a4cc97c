using System.Diagnostics.CodeAnalysis;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace IntegrationHub.Benchmarks;

/// <summary>A service that is never more than a method call away: takes every request to its last byte and always gives the same answer.</summary>
internal sealed class CannedTransport(int status, string contentType, string body) : HttpPipelineTransport
{
    private readonly byte[] _body = Encoding.UTF8.GetBytes(body);

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message)
    {
        message.Request.Content?.WriteTo(Stream.Null, message.CancellationToken);
        message.Response = new Answer(status, contentType, _body);
    }

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        if (message.Request.Content is { } content)
        {
            await content.WriteToAsync(Stream.Null, message.CancellationToken);
        }

        message.Response = new Answer(status, contentType, _body);
    }

    private sealed class Answer(int status, string contentType, byte[] body) : Response
    {
        public override int Status => status;

        public override string ReasonPhrase => "";

        public override Stream? ContentStream { get; set; } = new MemoryStream(body, 0, body.Length, writable: false, publiclyVisible: true);

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose() => ContentStream?.Dispose();

        protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [new(HttpHeader.Names.ContentType, contentType)];

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
        {
            value = name.Equals(HttpHeader.Names.ContentType, StringComparison.OrdinalIgnoreCase) ? contentType : null;
            return value is not null;
        }

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = TryGetHeader(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
