using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>One HubSpot account. Its contacts count as marketing's, its deals as the CRM's.</summary>
public sealed class HubSpotConnector : IWebhookSource, IEventEnricher, IPersonTarget, INoteTarget, IRecordUrls, IRemovalCheck,
    IErasureTarget, ISelfCheck, IPersonList
{
    private readonly HubSpotOptions _options;
    private readonly HubSpotClient _client;
    private readonly HubSpotWriting _writing;
    private readonly HubSpotNotes _notes;

    internal HubSpotConnector(HubSpotOptions options, HubSpotClient client) =>
        (_options, _client, _writing, _notes) = (options, client, new(client, options), new(client, options));

    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "HubSpot";

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Deal ? (_options.DealStages.TryGet(raw, out var meaning) ? meaning : null)
        : _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage)
        : null;

    /// <inheritdoc/>
    public Task<SelfCheck> CheckAsync(CancellationToken cancellationToken) =>
        new HubSpotSelfCheck(_client, _options).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes => [PersonProperty.Stage, PersonProperty.Consent, .. _options.WriteProfile];

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [HubSpotSignature.SignatureHeader, HubSpotSignature.TimestampHeader];

    /// <inheritdoc/>
    public string? ProofOf(Delivery delivery) => delivery.Header(HubSpotSignature.SignatureHeader);

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => HubSpotSignature.Precheck(head, now);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        // Every secret is tried, so that the time does not show which it was.
        List<DeliveryCheck?> checks = [.. _options.ClientSecret.All.Select(each => HubSpotSignature.Refusal(each, delivery, now))];
        var secret = checks.FindIndex(check => check?.Verdict != DeliveryVerdict.Forged);
        if (checks[Math.Max(secret, 0)] is { } refusal)
        {
            return refusal;
        }

        if (HubSpotMapper.Parse(delivery.Body) is not { } events)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is not a JSON array of events");
        }

        var ours = events.Count(wire => wire.Unreadable is not null || HubSpotMapper.IsOurs(wire, _options));
        return ours == 0 && events.Count > 0
            ? DeliveryCheck.Leave(events.Count, "every event is of another portal")
            : DeliveryCheck.Accept(ours) with { Secret = secret, Foreign = events.Count - ours };
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        var events = HubSpotMapper.Parse(delivery.Body)
            ?? throw new UnreadableDeliveryException(Name, "the body is not a JSON array of events");
        return HubSpotMapper.Map(events, _options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        using var document = WellFormed.Parse(delivery.Body);
        List<JsonElement> events = [.. document.RootElement.EnumerateArray()];
        return events.Count < 2
            ? [delivery]
            :
            [
                .. events.Chunk((events.Count + 1) / 2)
                    .Select(half => delivery with { Body = JsonSerializer.SerializeToUtf8Bytes(half, WellFormed.Nested) }),
            ];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken) =>
        HubSpotEnrichment.RunAsync(events, _client, _options, cancellationToken);

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) =>
        _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _notes.WriteAsync(person.Id, note, cancellationToken);

    /// <inheritdoc/>
    public Task<PersonPage> ListAsync(string? after, CancellationToken cancellationToken) => _client.ListAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        _client.ExistingAsync(ids, cancellationToken);

    /// <summary>Whether the contact is gone: HubSpot answers 404 for one that it deleted for privacy. A merged one
    /// leads to its survivor and is not gone.</summary>
    public async Task<bool> IsRemovedAsync(IdentityKey person, CancellationToken cancellationToken) =>
        await _client.ContactAsync(person.Id, cancellationToken) is null;

    /// <summary>Erases the contact for privacy. The privacy deletion that HubSpot then sends finds a tombstone, and is
    /// ignored.</summary>
    public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        _client.EraseAsync(person.Id, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) =>
        new(
            _options.AppUrl,
            string.Create(CultureInfo.InvariantCulture, $"contacts/{_options.PortalId}/record/0-1/{Uri.EscapeDataString(person.Id)}"));
}
