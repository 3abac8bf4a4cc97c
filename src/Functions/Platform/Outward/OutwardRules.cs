using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>Decides which effects pass and which are held. Pure. Each hour of the clock lets the limit pass, and holds
/// the rest for the next hour. So nothing waits for ever, and a mistake does not reach everybody.</summary>
internal static class OutwardRules
{
    /// <summary>How long a hold lasts after the last effect that it held: longer than a held message stays away.</summary>
    public static readonly TimeSpan HoldLasts = TimeSpan.FromHours(1);

    /// <summary>How long nothing is held after somebody resumed.</summary>
    public static readonly TimeSpan FreeFor = TimeSpan.FromHours(1);

    /// <summary>An instance takes this part of a limit at once, so that few effects cost a table request.</summary>
    private const int Shares = 20;

    /// <summary>Returns the most effects of a kind in an hour; null for no limit.</summary>
    public static int? LimitOf(OutwardKind kind, OutwardOptions options) => kind switch
    {
        OutwardKind.Tasks => options.TasksPerHour,
        OutwardKind.Writes => options.WritesPerHour,
        OutwardKind.Alerts => options.AlertsPerHour,
        _ => throw new InvalidOperationException($"Unknown kind {kind}."),
    };

    /// <summary>Takes effects for an instance. A request of several is granted as a whole, above the limit too, when
    /// anything is left.</summary>
    /// <param name="limit">The most effects in an hour.</param>
    public static OutwardGrant Take(OutwardCount count, int effects, int limit, DateTimeOffset now)
    {
        var hour = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);
        var present = count.Hour == hour ? count : count with { Hour = hour, Taken = 0 };
        if (present.FreeUntil is { } free && free > now)
        {
            return new(present, int.MaxValue, free);
        }

        if (present.Taken >= limit)
        {
            var since = IsHolding(present, now) ? present.HeldSince : now;
            return new(present with { HeldSince = since, HeldAt = now }, 0, hour.AddHours(1));
        }

        var share = Math.Max(effects, Math.Min(limit - present.Taken, Math.Max(1, limit / Shares)));
        var over = present.HeldSince is not null && !IsHolding(present, now);
        return new(
            present with
            {
                Taken = present.Taken + share,
                HeldSince = over ? null : present.HeldSince,
                Waiting = over ? 0 : present.Waiting,
            },
            share, hour.AddHours(1));
    }

    /// <summary>Lets everything pass for a while.</summary>
    public static OutwardCount Resume(OutwardCount count, DateTimeOffset now) =>
        count with { FreeUntil = now + FreeFor, HeldSince = null, HeldAt = null };

    /// <summary>Whether effects are held, or were until a short while ago.</summary>
    public static bool IsHolding(OutwardCount count, DateTimeOffset now) =>
        count.HeldSince is not null && count.HeldAt + HoldLasts > now;
}
