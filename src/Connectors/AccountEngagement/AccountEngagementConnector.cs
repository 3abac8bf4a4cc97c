using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>One business unit of Salesforce Account Engagement, formerly Pardot. It is polled.</summary>
internal sealed class AccountEngagementConnector : IPollSource, IEventEnricher, IPersonTarget
{
    /// <summary>The type's name in settings.</summary>
    public const string TypeName = "AccountEngagement";

    private readonly AccountEngagementOptions _options;
    private readonly AccountEngagementClient _client;
    private readonly AccountEngagementPoll _poll;
    private readonly AccountEngagementWriting _writing;

    internal AccountEngagementConnector(AccountEngagementOptions options, AccountEngagementClient client)
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
    public ImmutableHashSet<PersonProperty> Writes => [PersonProperty.Consent, .. _options.WriteProfile];

    /// <inheritdoc/>
    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) =>
        map == StageMapKind.Person && _options.Stages.TryGet(raw, out var stage) ? DealStageMeaning.Open(stage) : null;

    /// <inheritdoc/>
    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) =>
        _poll.StepAsync(cursor, now, cancellationToken);

    /// <inheritdoc/>
    public PollProgress Progress(Delivery answer)
    {
        using var page = AccountEngagementMapper.Parse(answer.Body) ?? throw Unreadable();
        return AccountEngagementPoll.Progress(page.RootElement);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        using var page = AccountEngagementMapper.Parse(delivery.Body) ?? throw Unreadable();
        return AccountEngagementMapper.Map(page.RootElement, _options);
    }

    /// <summary>Adds the addresses of prospects, and the stages that only have a name in this business unit.</summary>
    public async Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken)
    {
        var addresses = new Dictionary<string, string?>(StringComparer.Ordinal);
        var enriched = new List<SourceEvent>(events.Count);
        foreach (var source in events)
        {
            var named = source is StageChangedEvent { Stage: null } moved ? await NamedAsync(moved, cancellationToken) : source;
            enriched.Add(await WithAddressAsync(named, addresses, cancellationToken));
        }

        return enriched;
    }

    /// <inheritdoc/>
    public Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken) =>
        _writing.PlanAsync(person, wish, cancellationToken);

    /// <inheritdoc/>
    public Task WriteAsync(WritePlan plan, CancellationToken cancellationToken) => _writing.WriteAsync(plan, cancellationToken);

    private async Task<SourceEvent> NamedAsync(StageChangedEvent moved, CancellationToken cancellationToken)
    {
        var name = await _client.StageNameAsync(moved.ToStageRaw, cancellationToken);
        return name is null ? moved : moved with
        {
            ToStageRaw = name,
            Stage = _options.Stages.TryGet(name, out var stage) ? stage : null,
        };
    }

    private async Task<SourceEvent> WithAddressAsync(
        SourceEvent source, Dictionary<string, string?> addresses, CancellationToken cancellationToken)
    {
        if (source.NeedsEnrichment.IsEmpty || source.People.IsEmpty)
        {
            return source;
        }

        var id = source.People[0].Id;
        if (!addresses.TryGetValue(id, out var address))
        {
            var text = (await _client.ProspectAsync(id, cancellationToken)).Text("email");
            addresses[id] = address = EmailAddress.TryParse(text, out var email) ? email.Address : null;
        }

        return source with { SubjectEmail = address, NeedsEnrichment = [] };
    }

    private UnreadableDeliveryException Unreadable() => new(Name, "the page is not an object with values");
}
