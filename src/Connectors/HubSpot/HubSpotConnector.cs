using System.Text.Json;
using IntegrationHub.Connectors.Common;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>One HubSpot account: its contacts speak for marketing, its deals for the CRM.</summary>
public sealed class HubSpotConnector(HubSpotOptions options) : IWebhookSource
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "HubSpot";

    /// <inheritdoc/>
    public string Name => options.Name;

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

        if (HubSpotSignature.Refusal(options.ClientSecret, delivery, now) is { } refusal)
        {
            return refusal;
        }

        if (HubSpotMapper.Parse(delivery.Body) is not { } events)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is no JSON array of events");
        }

        var ours = events.Count(wire => HubSpotMapper.IsOurs(wire, options));
        return ours == 0 && events.Count > 0
            ? DeliveryCheck.Refuse(DeliveryVerdict.NotOurs, "every event is of another portal")
            : DeliveryCheck.Accept(ours);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        var events = HubSpotMapper.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, "the body is no JSON array of events");
        return HubSpotMapper.Map(events, options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        using var document = JsonDocument.Parse(delivery.Body);
        return [.. document.RootElement.EnumerateArray().Select(item => delivery with { Body = JsonSerializer.SerializeToUtf8Bytes(new[] { item }) })];
    }
}
