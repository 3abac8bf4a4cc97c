using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>One Salesforce organisation, which is the CRM.</summary>
public sealed class SalesforceConnector
    : IWebhookSource, IPollSource, IEventEnricher, IHandoffTarget, IPersonTarget, IRecordUrls, ISelfCheck, IPersonList
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Salesforce";

    /// <summary>The client name of the hub's calls, which marks its own changes.</summary>
    internal const string ClientName = "lead-hub";

    /// <summary>The header of a poll's delivery with the hub's user.</summary>
    internal const string ApiUserHeader = "Hub-Api-User";

    private const string Changes = "cdc";
    private const string OutboundPrefix = "outbound/";

    private const string Ack =
        """<?xml version="1.0" encoding="UTF-8"?>"""
        + """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">"""
        + """<soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">"""
        + """<Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>""";

    private readonly SalesforceOptions _options;
    private readonly SalesforceClient _client;
    private readonly SalesforcePoll _poll;
    private readonly SalesforceHandoff _handoff;
    private readonly SalesforceWriting _writing;
    private readonly SalesforceRelay _relay;
    private readonly SalesforcePeople _people;

    internal SalesforceConnector(SalesforceOptions options, SalesforceClient client, ILogger logger)
    {
        _options = options;
        _client = client;
        _poll = new(client, options, logger);
        _handoff = new(client, options);
        _writing = new(client, options);
        _relay = new(options);
        _people = new(client);
    }

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Deal ? (_options.DealStages.TryGet(raw, out var meaning) ? meaning : null)
        : _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage)
        : null;

    /// <inheritdoc/>
    public Task<SelfCheck> CheckAsync(CancellationToken cancellationToken) =>
        new SalesforceSelfCheck(_client, _options).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <summary>Returns the first three characters of an id, which name the object. A lead and a contact may be one
    /// person.</summary>
    public string RecordKind(string personId) => personId[..Math.Min(3, personId.Length)];

    /// <inheritdoc/>
    public string NormaliseId(string id) => SalesforceId.Normalise(id);

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes => [PersonProperty.Consent, .. _options.WriteProfile];

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers { get; } =
    [
        SalesforceRelay.SignatureHeader, SalesforceRelay.TimestampHeader, SalesforceRelay.OrganizationHeader,
        SalesforceRelay.AuthorizationHeader,
    ];

    /// <summary>Returns the relay's signature. A token, or a secret in the path, is the same for all.</summary>
    public string? ProofOf(Delivery delivery) =>
        delivery.Channel == Changes && delivery.Header(SalesforceRelay.TimestampHeader) is not null
            ? delivery.Header(SalesforceRelay.SignatureHeader)
            : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => ChannelOf(head) switch
    {
        Changes => _relay.Precheck(head, now),
        OutboundPrefix => RefuseOutbound(head),
        _ => Unknown(),
    };

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now) =>
        ChannelOf(delivery) switch
        {
            Changes => CheckChanges(delivery, now),
            OutboundPrefix => CheckOutbound(delivery),
            _ => Unknown(),
        };

    /// <summary>Removes the relay's token and the path's secret, which are not needed after the check.</summary>
    public Delivery WithoutSecrets(Delivery delivery) =>
        delivery with
        {
            Channel = delivery.Channel.Split('/')[0],
            PublicUrl = null,
            Headers = delivery.Headers
                .Where(header => !header.Key.Equals(SalesforceRelay.AuthorizationHeader, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(StringComparer.OrdinalIgnoreCase),
        };

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery) =>
        delivery.Channel switch
        {
            Delivery.PollChannel => SalesforceMapper.MapRows(PageOf(delivery), delivery.Header(ApiUserHeader), _options),
            Changes =>
                SalesforceMapper.MapChanges(
                    SalesforceWire.ParseChanges(delivery.Body) ?? throw Unreadable("the body is not a change event"), _options),
            _ =>
                SalesforceMapper.MapNotifications(
                    SalesforceWire.ParseOutbound(delivery.Body) ?? throw Unreadable("the body is not an outbound message"), _options),
        };

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery) =>
        delivery.Channel switch
        {
            Delivery.PollChannel => Halves(delivery, "records"),
            Changes => Halves(delivery, null),
            _ => [.. SalesforceWire.HalveOutbound(delivery.Body).Select(body => delivery with { Body = body })],
        };

    /// <summary>Splits a list in two: the body itself, or a member of it.</summary>
    private static IReadOnlyList<Delivery> Halves(Delivery delivery, string? member)
    {
        using var document = WellFormed.Parse(delivery.Body);
        var list = member is null ? document.RootElement : document.RootElement.GetProperty(member);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() < 2)
        {
            return [delivery];
        }

        var halves = list.EnumerateArray().Chunk((list.GetArrayLength() + 1) / 2);
        return [.. halves.Select(half => delivery with
        {
            Body = member is null
                ? JsonSerializer.SerializeToUtf8Bytes(half, WellFormed.Nested)
                : JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, JsonElement[]> { [member] = half }, WellFormed.Nested),
        })];
    }

    /// <inheritdoc/>
    public WebhookReply? Acknowledge(Delivery delivery) =>
        delivery.Channel.StartsWith(OutboundPrefix, StringComparison.Ordinal) ? new(200, "text/xml; charset=utf-8", Ack) : null;

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public string? Rewind(string? cursor, EventGap gap, DateTimeOffset now) => _poll.Rewind(cursor, gap, now);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken) =>
        SalesforceEnrichment.RunAsync(events, _client, _options, cancellationToken);

    /// <inheritdoc/>
    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken) =>
        _handoff.DeliverAsync(order, cancellationToken);

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) =>
        _writing.WriteAsync(plan, cancellationToken);

    /// <inheritdoc/>
    public Task<PersonPage> ListAsync(string? after, CancellationToken cancellationToken) => _people.ListAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        _people.ExistingAsync(ids, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        var page = PageOf(answer);
        var last = page.Records is [.., var row] ? row.Instant("SystemModstamp") : null;
        return new(last is null ? null : SalesforceMapper.Stamp(last), page.NextRecordsUrl is null ? null : true);
    }

    /// <inheritdoc/>
    public Uri? LinkTo(IdentityKey person)
    {
        var id = SalesforceId.Normalise(person.Id);
        var type = id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) ? "Contact"
            : id.StartsWith(SalesforceId.LeadPrefix, StringComparison.Ordinal) ? "Lead"
            : null;
        return type is not null && _client.KnowsInstance ? new Uri(_client.LinkTo(type, id)) : null;
    }

    /// <summary>Returns the channel without the secret in it.</summary>
    private static string ChannelOf(Delivery delivery) =>
        delivery.Channel.StartsWith(OutboundPrefix, StringComparison.Ordinal) ? OutboundPrefix : delivery.Channel;

    private static DeliveryCheck Unknown() =>
        DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "Salesforce delivers to the channels cdc and outbound/{secret}");

    private DeliveryCheck CheckChanges(Delivery delivery, DateTimeOffset now)
    {
        if (_relay.Refusal(delivery, now, out var secret) is { } refusal)
        {
            return refusal;
        }

        if (SalesforceWire.ParseChanges(delivery.Body) is not { } changes)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is not a change event");
        }

        var events = changes.Changes.Sum(change => change.RecordIds.Count) + changes.Unreadable.Count;
        return DeliveryCheck.Accept(events) with { Secret = secret };
    }

    private int? FindOutbound(Delivery delivery) =>
        _options.OutboundSecret.Find(secret => SharedSecret.Matches(secret, delivery.Channel[OutboundPrefix.Length..]));

    private DeliveryCheck? RefuseOutbound(Delivery delivery) =>
        FindOutbound(delivery) is not null
            ? null
            : DeliveryCheck.Refuse(DeliveryVerdict.Forged, "the last segment of the path is not the secret that is set");

    private DeliveryCheck CheckOutbound(Delivery delivery)
    {
        if (RefuseOutbound(delivery) is { } refusal)
        {
            return refusal;
        }

        if (SalesforceWire.ParseOutbound(delivery.Body) is not { } message)
        {
            return DeliveryCheck.Refuse(DeliveryVerdict.Malformed, "the body is not an outbound message");
        }

        var events = message.Notifications.Count + message.Unreadable.Count;
        return message.OrganizationId == _options.OrganizationId
            ? DeliveryCheck.Accept(events) with { Secret = FindOutbound(delivery) }
            : DeliveryCheck.Leave(events, "the message is of another organisation");
    }

    private QueryPage PageOf(Delivery delivery) =>
        SalesforceWire.ParsePage(delivery.Body) ?? throw Unreadable("the answer is not a page of rows");

    private UnreadableDeliveryException Unreadable(string reason) => new(Name, reason);
}
