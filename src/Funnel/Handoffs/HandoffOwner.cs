using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>A person who gets handoffs. Section <c>Owners:{name}</c>.</summary>
/// <param name="calendar">Their working hours, without absences.</param>
/// <param name="away">The local dates on which they are away.</param>
public sealed class HandoffOwner(string name, BusinessCalendar calendar, ImmutableHashSet<DateOnly> away)
{
    public string Name { get; } = name;

    /// <summary>Gets their working hours without the absences.</summary>
    public BusinessCalendar AtWork { get; } = calendar.ClosedOn(away);

    /// <summary>Gets their user's id in each tool, by connector.</summary>
    public ImmutableDictionary<string, string> Ids { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets their address; null for none.</summary>
    public string? Email { get; init; }

    /// <summary>Gets the most handoffs that may wait for them; null for no limit.</summary>
    public int? Capacity { get; init; }

    /// <summary>Whether an absence costs them their present or next working hours.
    /// Nobody is away after hours.</summary>
    public bool IsAway(DateTimeOffset now) => calendar.NextOpen(now) < AtWork.NextOpen(now);
}
