using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>One instance of Adobe Marketo Engage. It is polled; flow steps may call as well.</summary>
internal sealed class MarketoConnector : IWebhookSource, IPollSource, IEventEnricher, IPersonTarget, INoteTarget, IRecordUrls
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Marketo";

    /// <summary>The header with the secret of a flow step's call.</summary>
    public const string TokenHeader = "X-Hub-Token";

    private const string NotACall = "the body is not an object with a kind";

    private readonly MarketoOptions _options;
    private readonly MarketoClient _client;
    private readonly MarketoPoll _poll;
    private readonly MarketoWriting _writing;

    internal MarketoConnector(MarketoOptions options, MarketoClient client)
    {
        _options = options;
        _client = client;
        _poll = new(client, options);
        _writing = new(client, options);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 64 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [TokenHeader];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.WriteStages.Count == 0 ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Person && _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage) : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) =>
        SignedWebhook.Matches(_options.WebhookTokens, secret => secret, head.Header(TokenHeader) ?? "")
            ? null
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, $"{TokenHeader} is missing or wrong");

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (Precheck(delivery, now) is { } refusal)
        {
            return refusal;
        }

        using var call = MarketoJson.Webhook(delivery.Body);
        return call is null ? DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotACall) : DeliveryCheck.Accept(1);
    }

    /// <inheritdoc/>
    public Delivery WithoutSecrets(Delivery delivery) => delivery with
    {
        Headers = delivery.Headers.Where(header => !header.Key.Equals(TokenHeader, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.OrdinalIgnoreCase),
    };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        if (delivery.Channel == Delivery.PollChannel)
        {
            using var page = MarketoJson.Page(delivery.Body) ?? throw NotAPage();
            return MarketoMapper.Map(page.RootElement, _options);
        }

        using var call = MarketoJson.Webhook(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotACall);
        return [MarketoMapper.MapCall(call.RootElement, _options)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery) => [delivery];

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        using var page = MarketoJson.Page(answer.Body) ?? throw NotAPage();
        return MarketoPoll.Progress(page.RootElement);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken) =>
        MarketoEnrichment.RunAsync(events, _client, _options, cancellationToken);

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => _options.AppUrl is { } app
        ? new(app, $"/leadDatabase/loadLeadDetail?leadId={Uri.EscapeDataString(person.Id)}") : null;

    private UnreadableDeliveryException NotAPage() => new(Name, "the page is not an answer that succeeded");
}
