using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Archive;

namespace IntegrationHub.Functions.Tests.Archive;

/// <summary>A tool whose deliveries say their events themselves, so that whoever has a delivery has all of it.</summary>
internal sealed class JsonTool(string name = "tool") : IWebhookSource, IEventEnricher
{
    public string Name => name;

    public string Type => "Json";

    public int MaxBodyBytes => 1024 * 1024;

    public IReadOnlyCollection<string> Headers => [];

    /// <summary>Gets or sets what the tool answers when it is asked about an event.</summary>
    public Func<SourceEvent, SourceEvent> Answer { get; set; } = source => source;

    /// <summary>Gets or sets how its mapper reads an event today.</summary>
    public Func<SourceEvent, SourceEvent> Mapper { get; set; } = source => source;

    /// <summary>Gets how often it was asked.</summary>
    public int Asked { get; private set; }

    public Delivery Delivers(DateTimeOffset at, params SourceEvent[] events) =>
        new() { Connector = name, Headers = new Dictionary<string, string>(), Body = JsonSerializer.SerializeToUtf8Bytes(events, ArchiveJson.Options), ReceivedAt = at };

    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [.. Events(delivery).Select(Mapper)];

    public IReadOnlyList<Delivery> Split(Delivery delivery) => Events(delivery) is { Length: > 1 } events
        ? [.. events.Chunk((events.Length + 1) / 2).Select(half => Delivers(delivery.ReceivedAt, half))]
        : [delivery];

    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now) => throw new NotSupportedException("No webhook is checked here.");

    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult<IReadOnlyList<SourceEvent>>([.. events.Select(Answer)]);
    }

    private static SourceEvent[] Events(Delivery delivery) => JsonSerializer.Deserialize<SourceEvent[]>(delivery.Body.Span, ArchiveJson.Options)!;
}
