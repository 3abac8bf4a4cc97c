using System.Text.Json;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>One HubSpot account: its contacts speak for marketing, its deals for the CRM.</summary>
public sealed class HubSpotConnector : IWebhookSource, IEventEnricher, IStageTarget
{
    private readonly HubSpotOptions _options;
    private readonly HubSpotClient _client;

    internal HubSpotConnector(HubSpotOptions options, HubSpotClient client) => (_options, _client) = (options, client);

    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "HubSpot";

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [HubSpotSignature.SignatureHeader, HubSpotSignature.TimestampHeader];

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        if (HubSpotSignature.Refusal(_options.ClientSecret, delivery, now) is { } refusal)
        {
            return refusal;
        }

        if (HubSpotMapper.Parse(delivery.Body) is not { } events)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is no JSON array of events");
        }

        var ours = events.Count(wire => HubSpotMapper.IsOurs(wire, _options));
        return ours == 0 && events.Count > 0
            ? DeliveryCheck.Refuse(DeliveryVerdict.NotOurs, "every event is of another portal")
            : DeliveryCheck.Accept(ours);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        var events = HubSpotMapper.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, "the body is no JSON array of events");
        return HubSpotMapper.Map(events, _options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        using var document = JsonDocument.Parse(delivery.Body);
        List<JsonElement> events = [.. document.RootElement.EnumerateArray()];
        return events.Count < 2
            ? [delivery]
            : [.. events.Chunk((events.Count + 1) / 2).Select(half => delivery with { Body = JsonSerializer.SerializeToUtf8Bytes(half) })];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);

        return HubSpotEnrichment.RunAsync(events, _client, _options, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> WriteStageAsync(IdentityKey person, FunnelStage stage, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);

        if (!_options.WriteStages.TryGetValue(stage, out var wanted))
        {
            return false;
        }

        // Whoever is gone from HubSpot has no stage there.
        if (await _client.ContactAsync(person.Id, cancellationToken) is not { } contact)
        {
            return false;
        }

        var current = contact.Text("lifecyclestage");
        var known = _options.Stages.TryGet(current, out var present);
        if (current == wanted || (known && present == stage))
        {
            return false;
        }

        // HubSpot lets the stage only move forward: to go back it is cleared first. A crash in between leaves it empty, and from there every stage is forward.
        if (current is not null && (!known || present > stage))
        {
            await _client.WriteLifecycleStageAsync(person.Id, "", cancellationToken);
        }

        await _client.WriteLifecycleStageAsync(person.Id, wanted, cancellationToken);
        return true;
    }
}
