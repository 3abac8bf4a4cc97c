using System.Collections.Immutable;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Counts the erasures of the last hour, and stops the destroying when there are too many. Pure.</summary>
/// <param name="Counts">The erasures asked for, by the start of their five minutes.</param>
/// <param name="StoppedAt">Since when nothing is destroyed; null while it runs.</param>
internal sealed record ErasureBrake(ImmutableSortedDictionary<DateTimeOffset, int> Counts, DateTimeOffset? StoppedAt)
{
    public static readonly ErasureBrake Open = new(ImmutableSortedDictionary<DateTimeOffset, int>.Empty, null);

    private static readonly TimeSpan Window = TimeSpan.FromHours(1), Slot = TimeSpan.FromMinutes(5);

    /// <summary>Returns the brake after further erasures.</summary>
    /// <param name="mostAnHour">The most erasures of an hour; one more stops.</param>
    public ErasureBrake Count(int erasures, DateTimeOffset now, int mostAnHour)
    {
        var slot = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Slot.Ticks), TimeSpan.Zero);
        var counts = Counts.RemoveRange(Counts.Keys.Where(start => start <= now - Window));
        counts = counts.SetItem(slot, counts.GetValueOrDefault(slot) + erasures);
        return new(counts, StoppedAt ?? (counts.Values.Sum() > mostAnHour ? now : null));
    }
}
