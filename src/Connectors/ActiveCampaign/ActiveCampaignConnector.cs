using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>One ActiveCampaign account. Its contacts count as marketing's, its deals as the CRM's.</summary>
internal sealed class ActiveCampaignConnector : IWebhookSource, IPersonTarget, INoteTarget, IRecordUrls, IErasureTarget
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "ActiveCampaign";

    private const string NotAWebhook = "the body is not a form with a type";

    private readonly ActiveCampaignOptions _options;
    private readonly ActiveCampaignClient _client;
    private readonly ActiveCampaignWriting _writing;

    internal ActiveCampaignConnector(ActiveCampaignOptions options, ActiveCampaignClient client)
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

    /// <summary>Gets none: a webhook shows its secret in the address.</summary>
    public IReadOnlyCollection<string> Headers { get; } = [];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.WriteStageTag ? (PersonProperty[])[PersonProperty.Stage] : [],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Deal ? (_options.DealStages.TryGet(raw, out var meaning) ? meaning : null)
        : ActiveCampaignMapper.MeaningOf(raw, _options) is { } stage ? DealStageMeaning.Open(stage)
        : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => TokenRefusal(head);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (TokenRefusal(delivery) is { } refusal)
        {
            return refusal;
        }

        return ActiveCampaignMapper.Parse(delivery.Body) is not { } form
            ? DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotAWebhook)
            : ActiveCampaignMapper.IsOurs(form, _options)
                ? DeliveryCheck.Accept(1)
                : DeliveryCheck.Leave(1, "the webhook is of another account");
    }

    /// <inheritdoc/>
    public Delivery WithoutSecrets(Delivery delivery) => delivery with { PublicUrl = null };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => ActiveCampaignMapper.Parse(delivery.Body) is { } form
        ? [ActiveCampaignMapper.Map(form, _options)]
        : throw new UnreadableDeliveryException(Name, NotAWebhook);

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery) => [delivery];

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <summary>Deletes the contact.</summary>
    public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        _client.EraseAsync(person.Id, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => new(_options.AppUrl, $"app/contacts/{Uri.EscapeDataString(person.Id)}");

    private DeliveryCheck? TokenRefusal(Delivery delivery) => UrlToken.Matches(_options.UrlTokens, delivery.PublicUrl)
        ? null
        : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the token in the address is missing or wrong");
}
