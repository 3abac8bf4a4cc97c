using System.Collections.Concurrent;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>A tool whose deliveries say what a test wants. Its ids say their kind before a hyphen: <c>lead-1</c>, <c>contact-1</c>.</summary>
internal sealed class FakeTool(string name, string world) : IDeliveryReader, IRemovalCheck
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<SourceEvent>> _said = new();

    public string Name => name;

    public string Type => "Fake";

    /// <summary>Gets or sets whether it still has a record whose privacy deletion it sent.</summary>
    public Func<IdentityKey, bool> StillHas { get; set; } = _ => false;

    public Task<bool> IsRemovedAsync(IdentityKey person, CancellationToken cancellationToken) => Task.FromResult(!StillHas(person));

    public string RecordKind(string personId) => personId.Split('-')[0];

    /// <summary>Gets the stages that a map knows: all are Evaluation.</summary>
    public HashSet<string> Mapped { get; } = [];

    public DealStageMeaning? MeaningOf(StageMapKind map, string raw) => Mapped.Contains(raw) ? DealStageMeaning.Open(FunnelStage.Evaluation) : null;

    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => _said[System.Text.Encoding.UTF8.GetString(delivery.Body.Span)];

    /// <summary>A record of this tool in the test's own world: test classes share the tables.</summary>
    public IdentityKey Record(string id) => IdentityKey.Person(name, $"{id}-{world}");

    public string Address(string who) => $"{who}@{world}.example.com";

    /// <summary>A delivery of some events, received at a time of its own, after all that they report.</summary>
    public Delivery Deliver(params SourceEvent[] events)
    {
        var body = $"{name}-{_said.Count}-{world}";
        _said[body] = events;
        return new() { Connector = name, Channel = "", Headers = new Dictionary<string, string>(), Body = BinaryData.FromString(body).ToMemory(), ReceivedAt = Leads.Monday.AddHours(12).AddMinutes(_said.Count) };
    }

    /// <summary>An event about a record, an address, or both.</summary>
    public T Event<T>(Func<EventHeader, T> make, int minute, string? record, string? who = null, ToolSide side = ToolSide.Marketing)
        where T : SourceEvent
    {
        var source = make(new($"{name}|{typeof(T).Name}|{minute}|{record}|{who}|{world}", side, Leads.Monday.AddMinutes(minute))
        {
            People = record is null ? [] : [Record(record)], SubjectEmail = who is null ? null : Address(who),
        });
        return who is not null && source is PersonEvent person ? (T)(SourceEvent)(person with { Profile = new() { Email = Address(who) } }) : source;
    }

    /// <summary>A record is on a stage.</summary>
    public StageChangedEvent Stage(FunnelStage stage, int minute, string? record, string? who = null, ToolSide side = ToolSide.Marketing) =>
        Event(of => new StageChangedEvent(of) { Stage = stage, ToStageRaw = stage.ToString() }, minute, record, who, side);

    /// <summary>A record is on a deal by a relation.</summary>
    public AssociationAddedEvent On(string deal, string relation, int minute, string record) => Event(
        of => new AssociationAddedEvent(of)
        {
            DealId = $"{deal}-{world}", RelationId = $"{relation}-{world}", Meaning = new(DealStatus.Open, null), DedupeKey = $"{name}|row|{relation}-{world}|{minute}",
        },
        minute, record, side: ToolSide.Crm);

    /// <summary>Records became one.</summary>
    public ContactMergedEvent Merge(int minute, string survivor, params string[] merged) => Event(
        of => new ContactMergedEvent(of) { Merged = [.. merged.Select(Record)], DedupeKey = $"{name}|merged|{minute}|{survivor}|{world}" }, minute, survivor);
}

/// <summary>Tells a hub what tools say, one delivery at a time.</summary>
internal static class PendingAlert
{
    public static Task TellAsync(this TestHub hub, FakeTool tool, params SourceEvent[] events) => hub.TellAsync(tool.Deliver(events));

    public static Task TellAsync(this TestHub hub, Delivery delivery) =>
        hub.Get<ProcessFlow>().HandleAsync(delivery, $"message-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(delivery.Body.Span))[..12]}", again: false, TestContext.Current.CancellationToken);
}
