using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>One Customer.io workspace.</summary>
internal sealed class CustomerIoConnector : IWebhookSource, IPersonTarget, INoteTarget, IErasureTarget
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "CustomerIo";

    private readonly CustomerIoOptions _options;
    private readonly CustomerIoClient _client;
    private readonly CustomerIoWriting _writing;

    internal CustomerIoConnector(CustomerIoOptions options, CustomerIoClient client)
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
    public IReadOnlyCollection<string> Headers { get; } = [CustomerIoSignature.SignatureHeader, CustomerIoSignature.TimestampHeader];

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes =>
    [
        PersonProperty.Consent,
        .. _options.WriteStageAttribute is null ? [] : (PersonProperty[])[PersonProperty.Stage],
        .. _options.WriteProfile,
    ];

    /// <inheritdoc/>
    public string RecordKind(string personId) =>
        personId.StartsWith(CustomerIoMapper.ProfilePrefix, StringComparison.Ordinal) ? "profile" : "person";

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => CustomerIoSignature.Precheck(_options.Tolerance, head, now);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (CustomerIoSignature.Refusal(_options.SigningKeys, _options.Tolerance, delivery, now) is { } refusal)
        {
            return refusal;
        }

        using var webhook = CustomerIoMapper.Parse(delivery.Body);
        return webhook is null
            ? DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is not a JSON object")
            : DeliveryCheck.Accept(1);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        using var webhook = CustomerIoMapper.Parse(delivery.Body)
            ?? throw new UnreadableDeliveryException(Name, "the body is not a JSON object");
        return [CustomerIoMapper.Map(webhook.RootElement, _options)];
    }

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

    /// <summary>Deletes the person, and keeps them from being added again.</summary>
    public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken) =>
        _client.EraseAsync(person.Id, cancellationToken);
}
