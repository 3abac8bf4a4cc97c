namespace IntegrationHub.Funnel;

/// <summary>The tool that may lack a person, as the hub uses it.</summary>
/// <param name="ToolOf">The tool that a handoff goes to; null for none.</param>
/// <param name="Receives">Whether a team that owns a stage gets its leads there.</param>
public sealed record ParityTool(string Name, Func<Handoff, string?> ToolOf, Func<string, bool> Receives);

/// <summary>Says why a tool lacks a person whom another tool has. Pure.</summary>
public static class ParityRules
{
    /// <summary>How long a changed record may take to the hub.</summary>
    public static readonly TimeSpan ReadWithin = TimeSpan.FromHours(1);

    /// <summary>How long a handoff may take to its tool.</summary>
    public static readonly TimeSpan DeliveredWithin = TimeSpan.FromDays(1);

    /// <summary>Whether a person should look: nothing that the hub does by itself ends it.</summary>
    public static bool NeedsALook(ParityCause cause) =>
        cause is ParityCause.Missed or ParityCause.Vanished or ParityCause.Unexplained;

    /// <summary>Judges a record that belongs to no lead.</summary>
    /// <param name="erased">Whether its person was erased.</param>
    /// <param name="changedAt">When the record last changed; null when unknown.</param>
    public static ParityFinding JudgeUnknown(bool erased, DateTimeOffset? changedAt, DateTimeOffset now) =>
        erased ? new(ParityCause.Erased, "The person was erased. Delete the record, or lift the tombstone.")
        : changedAt > now - ReadWithin ? new(ParityCause.Lag, "The record is new, and the hub may not have read it yet.")
        : new(ParityCause.Missed, "The hub never received the record. Change it in its tool, and the hub reads it.");

    /// <summary>Judges a second record of a lead, which adds one to the tool's count; null for the first.</summary>
    /// <param name="records">The lead's records of one kind in the tool.</param>
    public static ParityFinding? JudgeSecond(IdentityKey record, IReadOnlyList<IdentityKey> records) =>
        records.Count > 1 && records[0] != record && records.Contains(record)
            ? new(ParityCause.Duplicate, $"The record is a second one of the lead; the first is {records[0].Id}.") : null;

    /// <summary>Judges a lead that has no record in a tool.</summary>
    /// <param name="record">The record in the other tool.</param>
    /// <param name="twin">The lead that is there under the same address; null for none.</param>
    public static ParityFinding Judge(
        JourneyLedger ledger, Journey journey, IdentityKey record, ParityTool tool, LeadId? twin, DateTimeOffset now) =>
        journey.Erased ? JudgeUnknown(erased: true, null, now)
        : journey.GoneRecords.Contains(record)
            ? new(ParityCause.Missed, "The hub was told that the record was deleted, and not that it was restored.")
        : journey.GoneRecords.Any(gone => gone.Connector == tool.Name)
            ? new(ParityCause.Deleted, $"Its record in {tool.Name} was deleted or merged.")
        : twin is not null
            ? new(ParityCause.Duplicate, $"The lead {twin} has the same address, and is there.")
        : ledger.Handoffs.LastOrDefault(handoff => tool.ToolOf(handoff) == tool.Name) is { } handoff
            ? Judge(handoff, tool, now)
            : JudgeWithoutHandoff(journey, tool);

    private static ParityFinding Judge(Handoff handoff, ParityTool tool, DateTimeOffset now) => handoff.Delivery switch
    {
        HandoffDelivery.Failed =>
            new(ParityCause.Refused, $"{tool.Name} refused it: {handoff.NotDeliveredReason ?? "its dead letter says why"}."),
        HandoffDelivery.Pending when handoff.AnnouncedAt > now - DeliveredWithin =>
            new(ParityCause.Lag, $"Its handoff is on the way since {handoff.AnnouncedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC."),
        HandoffDelivery.Pending => new(
            ParityCause.Unexplained, $"Its handoff waits since {handoff.AnnouncedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Look at health."),
        HandoffDelivery.Superseded => new(ParityCause.Rule, "It went back to another team before it was handed over."),
        HandoffDelivery.TakenUp => new(ParityCause.Rule, "The team worked on it already when it was to be handed over."),
        _ => new(ParityCause.Unexplained, $"It was handed over, and no record of it in {tool.Name} is known."),
    };

    private static ParityFinding JudgeWithoutHandoff(Journey journey, ParityTool tool) =>
        !tool.Receives(journey.Owner)
            ? new(ParityCause.Rule, $"Leads on {journey.Stage} are not handed over to {tool.Name}.")
        : journey.Entries[^1].Past
            ? new(ParityCause.Rule, $"It was on {journey.Stage} before the hub met it.")
            : new(ParityCause.Unexplained, $"It is on {journey.Stage}, and was not handed over.");
}
