using System.Text.Json.Serialization;

namespace IntegrationHub.History.Recording;

/// <summary>A line of the record. What the run did and saw comes first, and what is there after it has settled comes last.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(PersonMade), "personMade")]
[JsonDerivedType(typeof(DeliveryAnswered), "deliveryAnswered")]
[JsonDerivedType(typeof(ToolChanged), "toolChanged")]
[JsonDerivedType(typeof(OptOutShown), "optOutShown")]
[JsonDerivedType(typeof(ErasureAsked), "erasureAsked")]
[JsonDerivedType(typeof(ErasureAnswered), "erasureAnswered")]
[JsonDerivedType(typeof(VendorCalled), "vendorCalled")]
[JsonDerivedType(typeof(MailArrived), "mailArrived")]
[JsonDerivedType(typeof(FaultInForce), "fault")]
[JsonDerivedType(typeof(Settled), "settled")]
[JsonDerivedType(typeof(JourneyRead), "journey")]
[JsonDerivedType(typeof(RecordRead), "record")]
[JsonDerivedType(typeof(TaskRead), "task")]
public abstract record HistoryEntry(DateTimeOffset At);

/// <param name="Mark">The last name, which nobody else has and mails show.</param>
public sealed record PersonMade(DateTimeOffset At, long Contact, string Email, string Mark) : HistoryEntry(At);

/// <summary>A delivery of HubSpot's that a hub was given.</summary>
/// <param name="Status">The hub's answer; zero when none came, so that nobody knows whether it was accepted.</param>
public sealed record DeliveryAnswered(DateTimeOffset At, string Hub, int Status, IReadOnlyList<SentEvent> Events) : HistoryEntry(At)
{
    [JsonIgnore]
    public bool IsAccepted => Status is >= 200 and < 300;
}

/// <summary>An event of a delivery.</summary>
/// <param name="Says">The kind of fact that it says; empty for one that need not say anything.</param>
/// <param name="ByPerson">Whether a person made the change, and not a hub or an automation.</param>
public sealed record SentEvent(long Id, long Contact, string Says, DateTimeOffset OccurredAt, bool ByPerson);

/// <summary>A person changed a field of a record in the CRM.</summary>
public sealed record ToolChanged(DateTimeOffset At, long Contact, string Record, string Field, string Value) : HistoryEntry(At);

/// <summary>A hub showed for the first time that the person opted out: from here on it is settled.</summary>
public sealed record OptOutShown(DateTimeOffset At, long Contact) : HistoryEntry(At);

public sealed record ErasureAsked(DateTimeOffset At, long Contact, string Lead) : HistoryEntry(At);

/// <summary>A hub answered that the person is erased.</summary>
public sealed record ErasureAnswered(DateTimeOffset At, long Contact, string Lead) : HistoryEntry(At);

/// <summary>A write of a hub's to a tool. Reads are not recorded.</summary>
/// <param name="Status">The tool's answer; zero when it was lost after the write.</param>
public sealed record VendorCalled(DateTimeOffset At, string Hub, string Method, string Path, string Body, int Status) : HistoryEntry(At);

public sealed record MailArrived(DateTimeOffset At, string MessageId, string To, string Subject, string Text) : HistoryEntry(At);

/// <summary>A fault that the nemesis made, in force from <see cref="HistoryEntry.At"/> on.</summary>
/// <param name="Hub">The hub that it meets; null for all.</param>
public sealed record FaultInForce(DateTimeOffset At, DateTimeOffset Until, string? Hub, string What) : HistoryEntry(At);

/// <summary>All faults are over, time has passed, and the hub has worked off what it can.</summary>
/// <param name="Rests">Whether it writes nothing more by itself.</param>
/// <param name="DeadLetters">The messages that it gave up, each by its queue and why.</param>
public sealed record Settled(DateTimeOffset At, bool Rests, IReadOnlyList<string> DeadLetters) : HistoryEntry(At);

/// <summary>A person's journey in the end; without a lead when the hub knows none.</summary>
/// <param name="Alerts">The number of alerts that were raised about it.</param>
public sealed record JourneyRead(
    DateTimeOffset At, long Contact, string? Lead, bool OptedOut, int Alerts, IReadOnlyList<FactRead> Facts, IReadOnlyList<HandoffRead> Handoffs)
    : HistoryEntry(At);

/// <summary>What HubSpot said on a journey.</summary>
public sealed record FactRead(string Kind, DateTimeOffset OccurredAt);

public sealed record HandoffRead(string Id, string Delivery);

/// <summary>A person's record in a tool in the end.</summary>
public sealed record RecordRead(DateTimeOffset At, long Contact, string Connector, string Id, bool OptedOut) : HistoryEntry(At);

/// <summary>A task in the CRM in the end.</summary>
public sealed record TaskRead(DateTimeOffset At, string Id, string Handoff, string Record) : HistoryEntry(At);
