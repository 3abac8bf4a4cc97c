using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>A person who gets handoffs. Section <c>Owners:{name}</c>.</summary>
/// <param name="name">The name.</param>
/// <param name="calendar">When they work, absences left out.</param>
/// <param name="away">The local dates on which they are away.</param>
public sealed class HandoffOwner(string name, BusinessCalendar calendar, ImmutableHashSet<DateOnly> away)
{
    /// <summary>Gets the name.</summary>
    public string Name { get; } = name;

    /// <summary>Gets when they work, absences taken into account.</summary>
    public BusinessCalendar AtWork { get; } = calendar.ClosedOn(away);

    /// <summary>Gets their user's id in each tool, by connector.</summary>
    public ImmutableDictionary<string, string> Ids { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets their address; null where none is set.</summary>
    public string? Email { get; init; }

    /// <summary>Gets how many handoffs may wait for them at once; null for any number.</summary>
    public int? Capacity { get; init; }

    /// <summary>Whether they miss their next working hours, or the present ones, because they are away. After hours nobody is away.</summary>
    public bool IsAway(DateTimeOffset now) => calendar.NextOpen(now) < AtWork.NextOpen(now);
}
