using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>One Klaviyo account.</summary>
internal sealed class KlaviyoConnector : IWebhookSource, IEventEnricher, IPersonTarget, INoteTarget, IRecordUrls, IErasureTarget
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Klaviyo";

    private readonly KlaviyoOptions _options;
    private readonly KlaviyoClient _client;
    private readonly KlaviyoWriting _writing;

    internal KlaviyoConnector(KlaviyoOptions options, KlaviyoClient client)
    {
        _options = options;
        _client = client;
        _writing = new(client, options);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } =
        [KlaviyoSignature.SignatureHeader, KlaviyoSignature.TimestampHeader, KlaviyoSignature.WebhookHeader];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.WriteStageProperty is null ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Person && _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage) : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => KlaviyoSignature.Precheck(head, now);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (KlaviyoSignature.Refusal(_options.WebhookSecrets, delivery, now) is { } refusal)
        {
            return refusal;
        }

        using var webhook = KlaviyoMapper.Parse(delivery.Body);
        if (webhook is null)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is not an object with data and meta");
        }

        // The header is not signed, but the body is.
        var meta = webhook.RootElement.Member("meta");
        var events = webhook.RootElement.Member("data").GetArrayLength();
        return !SharedSecret.Matches(meta.Text("klaviyo_webhook_id"), delivery.Header(KlaviyoSignature.WebhookHeader))
            ? DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{KlaviyoSignature.WebhookHeader} is not the id in the body")
            : meta.Text("klaviyo_account_id") != _options.AccountId
                ? DeliveryCheck.Leave(events, "the webhook is of another account")
                : DeliveryCheck.Accept(events);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        using var webhook = KlaviyoMapper.Parse(delivery.Body)
            ?? throw new UnreadableDeliveryException(Name, "the body is not an object with data and meta");
        return KlaviyoMapper.Map(webhook.RootElement, _options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        var webhook = JsonNode.Parse(WellFormed.Json(delivery.Body).Span, documentOptions: new() { MaxDepth = WellFormed.MostNested })!;
        var events = webhook["data"]!.AsArray();
        return events.Count < 2
            ? [delivery]
            :
            [
                .. events.ToList().Chunk((events.Count + 1) / 2).Select(half => delivery with
                {
                    Body = JsonSerializer.SerializeToUtf8Bytes(
                        new { data = half, meta = webhook["meta"] }, WellFormed.Nested),
                }),
            ];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        var emails = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var source in events.Where(source => !source.NeedsEnrichment.IsEmpty))
        {
            var id = source.People[0].Id;
            if (!emails.ContainsKey(id))
            {
                var text = (await _client.ProfileAsync(id, cancellationToken)).Text("email");
                emails[id] = EmailAddress.TryParse(text, out var email) ? email.Address : null;
            }
        }

        return
        [
            .. events.Select(source => !source.NeedsEnrichment.IsEmpty && emails[source.People[0].Id] is { } email
                ? source with { SubjectEmail = email }
                : source),
        ];
    }

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <summary>Starts a job that erases the profile for privacy.</summary>
    public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        _client.EraseAsync(person.Id, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => new($"https://www.klaviyo.com/profile/{Uri.EscapeDataString(person.Id)}");
}
