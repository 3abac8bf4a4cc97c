using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>One Dataverse environment with Dynamics 365 Sales, which is a CRM.</summary>
internal sealed class DynamicsConnector
    : IWebhookSource, IPollSource, IEventEnricher, IHandoffTarget, IPersonTarget, INoteTarget, IRecordUrls
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Dynamics";

    /// <summary>The header of a message whose parameters and images were left out, because they were too large.</summary>
    public const string OversizeHeader = "x-ms-dynamics-msg-size-exceeded";

    private const string NotAContext = "the body is not an execution context in JSON", NotAPage = "the answer is not an object with rows";

    private const string Rows = "value", Context = "@odata.context";

    private readonly DynamicsOptions _options;
    private readonly DynamicsPoll _poll;
    private readonly DynamicsEnrichment _enrichment;
    private readonly DynamicsWriting _writing;
    private readonly DynamicsHandoff _handoff;

    internal DynamicsConnector(DynamicsOptions options, DynamicsClient client)
    {
        _options = options;
        _poll = new(client, options);
        _enrichment = new(client, options);
        _writing = new(client, options);
        _handoff = new(client, _writing, options);
        Headers = [options.WebhookHeader, OversizeHeader];
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <summary>Returns the table of a record. A lead and a contact may be one person.</summary>
    public string RecordKind(string personId) => DynamicsId.Split(personId) is var (table, _) ? table : "person";

    /// <inheritdoc/>
    public string NormaliseId(string id) => DynamicsId.Normalise(id);

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; }

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
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => DynamicsSignature.Refusal(_options, head, out _);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (DynamicsSignature.Refusal(_options, delivery, out var secret) is { } refusal)
        {
            return refusal;
        }

        using var body = DynamicsWire.Parse(delivery.Body);
        if (body is null || ContextOf(body, delivery) is not { } context)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotAContext);
        }

        return context.OrganizationId is { } organization && organization != _options.OrganizationId
            ? DeliveryCheck.Leave(1, "the message is of another organisation")
            : DeliveryCheck.Accept(1) with { Secret = secret };
    }

    /// <summary>Removes the secret, in the header or in the address.</summary>
    public Delivery WithoutSecrets(Delivery delivery) => delivery with
    {
        PublicUrl = null,
        Headers = delivery.Headers.Where(header => !header.Key.Equals(_options.WebhookHeader, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.OrdinalIgnoreCase),
    };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        if (delivery.Channel == Delivery.PollChannel)
        {
            using var page = PageOf(delivery);
            var entity = EntityOf(page.RootElement.Text(Context));
            return [.. page.RootElement.Items(Rows).SelectMany(row => ReadRow(row, entity)).DistinctBy(source => source.DedupeKey)];
        }

        using var body = DynamicsWire.Parse(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAContext);
        return ContextOf(body, delivery) is { } context
            ? [.. DynamicsMapper.Map(context, _options).DistinctBy(source => source.DedupeKey)]
            : throw new UnreadableDeliveryException(Name, NotAContext);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        if (delivery.Channel != Delivery.PollChannel)
        {
            return [delivery];
        }

        using var page = PageOf(delivery);
        var rows = page.RootElement.Items(Rows).ToList();
        return rows.Count < 2
            ? [delivery]
            : [.. rows.Chunk((rows.Count + 1) / 2).Select(half => delivery with
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(
                    new Dictionary<string, object?> { [Context] = page.RootElement.Text(Context), [Rows] = half }, WellFormed.Nested),
            })];
    }

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        using var page = PageOf(answer);
        return DynamicsPoll.Progress(page.RootElement);
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
        _writing.WriteNoteAsync(person, note, cancellationToken);

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person) => DynamicsHandoff.LinkTo(_options, person);

    private static DynamicsContext? ContextOf(JsonDocument body, Delivery delivery) =>
        DynamicsWire.ReadContext(body.RootElement, delivery.Header(OversizeHeader) is not null);

    private IEnumerable<SourceEvent> ReadRow(JsonElement row, string? entity)
    {
        var own = EntityOf(row.Text(Context))
            ?? entity
            ?? DynamicsTable.All.FirstOrDefault(table => row.Text(table.Key) is not null)?.Entity;
        if (row.Text("reason") == "deleted" && own is not null && DynamicsId.Read(row.Text("id")) is { } gone)
        {
            return [DynamicsMapper.MapGone(own, gone, _options)];
        }

        return row.ValueKind == JsonValueKind.Object && own is not null && DynamicsWire.ReadRow(row, own) is { Id: not null } record
            ? DynamicsMapper.MapRow(record, _options)
            :
            [
                UnreadableEvent.Of(
                    "dynamics", ToolSide.Crm, UnreadableEvent.Fingerprint(row.GetRawText()), "a row names no type"),
            ];
    }

    /// <summary>Returns the table that an answer names (<c>…$metadata#leads(…)/$delta</c>); null for none of the hub's.</summary>
    private static string? EntityOf(string? context)
    {
        var set = context?[(context.LastIndexOf('#') + 1)..].Split('(', '/')[0];
        return DynamicsTable.All.FirstOrDefault(table => table.Set == set)?.Entity;
    }

    private JsonDocument PageOf(Delivery delivery) =>
        DynamicsPoll.ParsePage(delivery.Body) ?? throw new UnreadableDeliveryException(Name, NotAPage);
}
