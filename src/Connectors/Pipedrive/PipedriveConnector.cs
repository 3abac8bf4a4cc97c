using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>One Pipedrive company, which is a CRM.</summary>
internal sealed class PipedriveConnector
    : IWebhookSource, IPollSource, IEventEnricher, IHandoffTarget, IPersonTarget, INoteTarget, IRecordUrls
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Pipedrive";

    private const string NotAWebhook = "the body names no action or no object", NotAPage = "the answer is not an object with rows";

    private readonly PipedriveOptions _options;
    private readonly PipedrivePoll _poll;
    private readonly PipedriveEnrichment _enrichment;
    private readonly PipedriveWriting _writing;
    private readonly PipedriveHandoff _handoff;

    internal PipedriveConnector(PipedriveOptions options, PipedriveClient client)
    {
        _options = options;
        _poll = new(client, options);
        _enrichment = new(client, options);
        _writing = new(client, options);
        _handoff = new(client, _writing, options);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [PipedriveSignature.Header];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.StageField is null ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Deal ? (_options.DealStages.TryGet(raw, out var meaning) ? meaning : null)
        : _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage)
        : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => PipedriveSignature.Refusal(_options, head, out _);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (PipedriveSignature.Refusal(_options, delivery, out var secret) is { } refusal)
        {
            return refusal;
        }

        using var webhook = PipedriveWire.Parse(delivery.Body);
        if (webhook is null || PipedriveWire.ReadWebhook(webhook.RootElement) is not { } change)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotAWebhook);
        }

        return change.CompanyId is { } company && company != _options.CompanyId
            ? DeliveryCheck.Leave(1, "the webhook is of another company")
            : DeliveryCheck.Accept(1) with { Secret = secret };
    }

    /// <inheritdoc/>
    public Delivery WithoutSecrets(Delivery delivery) =>
        delivery with { Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        if (delivery.Channel == Delivery.PollChannel)
        {
            using var page = PageOf(delivery);
            return PipedriveMapper.MapRows(page.RootElement, _options);
        }

        using var webhook = PipedriveWire.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAWebhook);
        return PipedriveWire.ReadWebhook(webhook.RootElement) is { } change
            ? PipedriveMapper.Map(change, _options)
            : throw new UnreadableDeliveryException(Name, NotAWebhook);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        if (delivery.Channel != Delivery.PollChannel)
        {
            return [delivery];
        }

        using var page = PageOf(delivery);
        var rows = page.RootElement.Items("data").ToList();
        return rows.Count < 2
            ? [delivery]
            : [.. rows.Chunk((rows.Count + 1) / 2).Select(half => delivery with
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, JsonElement[]> { ["data"] = half }, WellFormed.Nested),
            })];
    }

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        using var page = PageOf(answer);
        var next = PipedrivePoll.TokenOf(page.RootElement);
        return new(next, next is not null);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken) =>
        _enrichment.RunAsync(events, cancellationToken);

    /// <inheritdoc/>
    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken) =>
        _handoff.DeliverAsync(order, cancellationToken);

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => new(_options.BaseUrl, $"person/{Uri.EscapeDataString(person.Id)}");

    private JsonDocument PageOf(Delivery delivery) =>
        PipedrivePoll.ParsePage(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAPage);
}
