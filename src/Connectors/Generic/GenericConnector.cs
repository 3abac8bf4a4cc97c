using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>A tool that settings alone describe. It takes webhooks and writes what the settings have a request for.</summary>
internal class GenericConnector : IWebhookSource, IEventEnricher, IPersonTarget, INoteTarget, IRecordUrls
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "Generic";

    private readonly GenericWriting _writing;

    internal GenericConnector(GenericOptions options, GenericClient client)
    {
        (Options, Client) = (options, client);
        _writing = new(client, options);
    }

    /// <inheritdoc/>
    public string Name => Options.Name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public int MaxBodyBytes => 1024 * 1024;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Headers => Options.Headers;

    /// <inheritdoc/>
    public ImmutableHashSet<PersonProperty> Writes => _writing.Writes;

    protected GenericOptions Options { get; }

    protected GenericClient Client { get; }

    private string NotOfForm => Options.IsForm ? "the body is not a form" : "the body is not JSON with items";

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Deal ? (Options.DealStages.TryGet(raw, out var meaning) ? meaning : null)
        : Options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage)
        : null;

    /// <inheritdoc/>
    public DeliveryCheck? Precheck(Delivery head, DateTimeOffset now) => GenericSignature.Precheck(Options.Signature, head, now);

    /// <inheritdoc/>
    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now)
    {
        if (GenericSignature.Refusal(Options.Signature, delivery, now) is { } refusal)
        {
            return refusal;
        }

        using var body = Options.IsForm ? null : GenericMapper.Parse(delivery.Body);
        var items = ItemsOf(delivery, body);
        return items is null
            ? DeliveryCheck.Refuse(DeliveryVerdict.Malformed, NotOfForm)
            : Options.Ours.All(condition => items.TrueForAll(condition.Holds))
                ? DeliveryCheck.Accept(items.Count)
                : DeliveryCheck.Leave(items.Count, "the delivery is of another account");
    }

    /// <inheritdoc/>
    public Delivery WithoutSecrets(Delivery delivery) => GenericSignature.WithoutSecrets(Options.Signature, delivery);

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        using var body = Options.IsForm && delivery.Channel != Delivery.PollChannel ? null : GenericMapper.Parse(delivery.Body);
        return GenericMapper.Map(ItemsOf(delivery, body) ?? throw new UnreadableDeliveryException(Name, NotOfForm), Options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Delivery> Split(Delivery delivery)
    {
        var find = FinderOf(delivery);
        using var body = find is null ? null : GenericMapper.Parse(delivery.Body);
        var count = body is null ? 0 : find!.Find(body.RootElement).Count();
        if (count < 2)
        {
            return [delivery];
        }

        var half = (count + 1) / 2;
        return
        [
            delivery with { Body = find!.Keep(body!.RootElement, number => number < half) },
            delivery with { Body = find.Keep(body.RootElement, number => number >= half) },
        ];
    }

    /// <summary>Reads the records of people who have only an id, where the settings say how.</summary>
    public async Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        if (Options.Person is not { } record)
        {
            return events;
        }

        var read = new Dictionary<string, Seen?>(StringComparer.Ordinal);
        var enriched = new List<SourceEvent>(events.Count);
        foreach (var source in events)
        {
            if (source is PersonEvent { People: [var first, ..] } person and not (ContactDeletedEvent or PrivacyDeletedEvent)
                && !source.NeedsEnrichment.IsEmpty)
            {
                if (!read.TryGetValue(first.Id, out var seen))
                {
                    read[first.Id] = seen = await _writing.SeenAsync(first.Id, cancellationToken);
                }

                enriched.Add(seen is null ? person : record.AddTo(person, seen, Options.PhoneRegion));
            }
            else
            {
                enriched.Add(source);
            }
        }

        return enriched;
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
    public Uri? LinkTo(IdentityKey person) => Options.LinkTo(person);

    /// <summary>Returns what finds the items of a delivery; null for a form.</summary>
    private GenericItems? FinderOf(Delivery delivery) =>
        delivery.Channel == Delivery.PollChannel ? Options.Poll?.Items : Options.IsForm ? null : Options.Items;

    /// <summary>Returns the items of a delivery; null when it is not in the tool's form.</summary>
    private List<Seen>? ItemsOf(Delivery delivery, JsonDocument? body)
    {
        if (FinderOf(delivery) is not { } find)
        {
            return delivery.Channel != Delivery.PollChannel && GenericMapper.ParseForm(delivery.Body) is { } form
                ? [new() { Form = form, Delivery = delivery }] : null;
        }

        if (body is null)
        {
            return null;
        }

        var items = find.Find(body.RootElement)
            .Select(item => new Seen { Item = item.Item, Body = body.RootElement, Names = item.Names, Delivery = delivery }).ToList();
        return items.Count > 0 || delivery.Channel == Delivery.PollChannel || body.RootElement.ValueKind == JsonValueKind.Array
            ? items : null;
    }
}

/// <summary>A tool that is polled as well.</summary>
internal class GenericPolledConnector : GenericConnector, IPollSource
{
    private readonly GenericPoll _poll;

    internal GenericPolledConnector(GenericOptions options, GenericClient client)
        : base(options, client) => _poll = new(client, options, options.Poll!);

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        using var page = GenericMapper.Parse(answer.Body)
            ?? throw new UnreadableDeliveryException(Name, "the page is neither a JSON object nor an array");
        return _poll.Progress(page.RootElement);
    }
}

/// <summary>A tool that takes handoffs.</summary>
internal sealed class GenericCrmConnector : GenericConnector, IHandoffTarget
{
    private readonly GenericHandoff _handoff;

    internal GenericCrmConnector(GenericOptions options, GenericClient client)
        : base(options, client) => _handoff = new(client, new(client, options), options);

    /// <inheritdoc/>
    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken) =>
        _handoff.DeliverAsync(order, cancellationToken);
}

/// <summary>A tool that is polled and takes handoffs.</summary>
internal sealed class GenericPolledCrmConnector : GenericPolledConnector, IHandoffTarget
{
    private readonly GenericHandoff _handoff;

    internal GenericPolledCrmConnector(GenericOptions options, GenericClient client)
        : base(options, client) => _handoff = new(client, new(client, options), options);

    /// <inheritdoc/>
    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken) =>
        _handoff.DeliverAsync(order, cancellationToken);
}
