using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>One Mailchimp audience.</summary>
internal sealed class MailchimpConnector : IWebhookSource, IPersonTarget, INoteTarget, IErasureTarget, IWebhookRegistration
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Mailchimp";

    private const string NotAWebhook = "the body is not a form with a type";

    private readonly MailchimpOptions _options;
    private readonly MailchimpClient _client;
    private readonly MailchimpWriting _writing;
    private readonly MailchimpHooks _hooks;

    internal MailchimpConnector(MailchimpOptions options, MailchimpClient client)
    {
        _options = options;
        _client = client;
        _writing = new(client, options);
        _hooks = new(client);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } = [MailchimpSignature.Header];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.WriteStageMergeField is null ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Person && _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage) : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) =>
        _options.SigningSecrets.Current.Length > 0 ? MailchimpSignature.Precheck(head, now) : TokenRefusal(head);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (Refusal(delivery, now) is { } refusal)
        {
            return refusal;
        }

        return MailchimpMapper.Parse(delivery.Body) is not { } form
            ? DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotAWebhook)
            : MailchimpMapper.IsOurs(form, _options)
                ? DeliveryCheck.Accept(1)
                : DeliveryCheck.Leave(1, "the webhook is of another audience");
    }

    /// <inheritdoc/>
    public Delivery WithoutSecrets(Delivery delivery) => delivery with { PublicUrl = null };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => MailchimpMapper.Parse(delivery.Body) is { } form
        ? MailchimpMapper.Map(form, _options)
        : throw new UnreadableDeliveryException(Name, NotAWebhook);

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery) => [delivery];

    /// <summary>Answers the call by which Mailchimp tries an address before it saves it. It is not signed.</summary>
    public WebhookReply? Handshake(IReadOnlyDictionary<string, string> query) => new(200, "text/plain", "");

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken) =>
        _writing.WriteNoteAsync(person.Id, note, cancellationToken);

    /// <summary>Erases the member for good. The address cannot be imported again.</summary>
    public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        _client.EraseAsync(person.Id, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RegisteredWebhook>> WebhooksAsync(CancellationToken cancellationToken) => _hooks.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public bool IsComplete(RegisteredWebhook webhook) => MailchimpHooks.IsComplete(webhook);

    /// <inheritdoc/>
    public Task<RegisteredWebhook> RegisterAsync(Uri address, CancellationToken cancellationToken) =>
        _hooks.AddAsync(address, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(RegisteredWebhook webhook, CancellationToken cancellationToken) =>
        _hooks.RemoveAsync(webhook.Id, cancellationToken);

    private DeliveryCheck? Refusal(Delivery delivery, DateTimeOffset now) => _options.SigningSecrets.Current.Length > 0
        ? MailchimpSignature.Refusal(_options.SigningSecrets, delivery, now)
        : TokenRefusal(delivery);

    private DeliveryCheck? TokenRefusal(Delivery delivery) => UrlToken.Matches(_options.UrlTokens, delivery.PublicUrl)
        ? null
        : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the token in the address is missing or wrong");
}
