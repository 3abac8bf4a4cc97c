using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mautic;

/// <summary>One Mautic instance.</summary>
internal sealed class MauticConnector : IWebhookSource, IPersonTarget, INoteTarget, IRecordUrls
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Mautic";

    /// <summary>The header with the address of the instance. It is not signed.</summary>
    public const string OriginHeader = "X-Origin-Base-URL";

    private const string NotAWebhook = "the body is not an object of events by kind";

    private readonly MauticOptions _options;
    private readonly MauticWriting _writing;

    internal MauticConnector(MauticOptions options, MauticClient client)
    {
        _options = options;
        _writing = new(client, options);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [MauticSignature.Header, OriginHeader];

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
        SignedWebhook.NotBase64(MauticSignature.Header, head.Header(MauticSignature.Header));

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (MauticSignature.Refusal(_options.WebhookSecrets, delivery) is { } refusal)
        {
            return refusal;
        }

        using var webhook = MauticMapper.Parse(delivery.Body);
        if (webhook is null)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotAWebhook);
        }

        var events = MauticMapper.EventsOf(webhook.RootElement).Count();
        return delivery.Header(OriginHeader) is { } origin && !IsOurs(origin)
            ? DeliveryCheck.Leave(events, "the webhook is of another instance")
            : DeliveryCheck.Accept(events);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        using var webhook = MauticMapper.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAWebhook);
        return MauticMapper.Map(webhook.RootElement, _options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        using var webhook = MauticMapper.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAWebhook);
        var events = MauticMapper.EventsOf(webhook.RootElement).ToList();
        return events.Count < 2
            ? [delivery]
            : [.. events.Chunk((events.Count + 1) / 2).Select(half => delivery with { Body = Compose(half) })];
    }

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => new($"{_options.Instance}/s/contacts/view/{Uri.EscapeDataString(person.Id)}");

    private bool IsOurs(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url)
        && url.AbsoluteUri.TrimEnd('/').Equals(_options.Instance, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes events as a webhook, with kinds in order of appearance.</summary>
    private static byte[] Compose(IEnumerable<(string Kind, JsonElement Event)> events) => JsonSerializer.SerializeToUtf8Bytes(
        events.GroupBy(each => each.Kind).ToDictionary(kind => kind.Key, kind => kind.Select(each => each.Event)), WellFormed.Nested);
}
