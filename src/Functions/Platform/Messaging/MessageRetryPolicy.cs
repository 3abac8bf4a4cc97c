using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The outcome of handling a message.</summary>
internal abstract record Settlement
{
    public sealed record Complete : Settlement;

    /// <summary>Schedules a copy and completes the message. An abandoned message would return at once and use
    /// up the delivery count.</summary>
    /// <param name="Attempt">The number of the next attempt; the first delivery is 1.</param>
    public sealed record RetryAfter(TimeSpan Delay, int Attempt) : Settlement;

    /// <summary>Schedules a copy of the same attempt, because an effect is held or a connector is paused.</summary>
    /// <param name="Channel">The channel that holds it; null for a paused connector.</param>
    /// <param name="Holds">How often the message was held, this time included.</param>
    public sealed record Hold(OutwardChannel? Channel, TimeSpan Delay, int Holds) : Settlement;

    /// <summary>Dead-letters the message for an operator.</summary>
    /// <param name="Description">What happened and what would help.</param>
    public sealed record DeadLetter(string Reason, string Description) : Settlement;
}

/// <summary>The one retry policy for messages. Pure.</summary>
/// <param name="delays">The waits before the second, third, … attempt. After the last one the
/// message is dead-lettered.</param>
internal sealed class MessageRetryPolicy(IReadOnlyList<TimeSpan> delays)
{
    private const double Spread = 0.2;

    /// <summary>The default waits: eleven more attempts over about a day.</summary>
    public static readonly IReadOnlyList<TimeSpan> DefaultDelays =
    [
        TimeSpan.FromSeconds(5), TimeSpan
            .FromSeconds(15), TimeSpan
            .FromSeconds(45), TimeSpan
            .FromMinutes(2), TimeSpan
            .FromMinutes(5), TimeSpan
            .FromMinutes(15),
        TimeSpan.FromMinutes(45), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>How often a message may wait for a paused connector: about a day. Then each wait is an attempt, so a
    /// connector that never comes back ends in dead letters.</summary>
    internal const int MostPauses = 300;

    /// <summary>The longest wait of a held message: it goes on that soon after ops resumed.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(15);

    /// <summary>Decides what becomes of a message.</summary>
    /// <param name="failure">The failure; null for success.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    /// <param name="holds">How often the message was held before.</param>
    /// <param name="chance">A random number from 0 to 1. It spreads the waits by a fifth to both sides, so that what failed
    /// together does not come back together. A vendor's wait is only made longer.</param>
    public Settlement Decide(Exception? failure, int attempt, int holds, double chance) => failure switch
    {
        null => new Settlement.Complete(),
        OutwardHeldException held => new Settlement.Hold(held.Channel, HoldDelay(holds), holds + 1),
        ConnectorPausedException paused when holds < MostPauses =>
            new Settlement.Hold(null, paused.Wait * (1 + (2 * Spread * chance)), holds + 1),
        UnrecoverableMessageException hopeless => new Settlement.DeadLetter(hopeless.Reason, hopeless.Detail),
        UnreadableDeliveryException unreadable => new Settlement.DeadLetter("unreadable", unreadable.Message),
        VendorRefusedException refused => new Settlement.DeadLetter("vendor-refused", refused.Message),
        NewerRowException when attempt > delays.Count => new Settlement.RetryAfter(delays[^1], attempt + 1),
        _ when attempt > delays.Count =>
            new Settlement.DeadLetter("gave-up", $"{attempt} attempts failed; the last with {failure.GetType().Name}: {Describe(failure)}"),
        VendorUnavailableException { RetryAfter: { } wait } when wait > delays[attempt - 1] =>
            new Settlement.RetryAfter(wait * (1 + (2 * Spread * chance)), attempt + 1),
        _ => new Settlement.RetryAfter(delays[attempt - 1] * (1 - Spread + (2 * Spread * chance)), attempt + 1),
    };

    /// <summary>Returns the wait of the same number, at most <see cref="LongestHold"/>.</summary>
    private TimeSpan HoldDelay(int holds)
    {
        var delay = delays[Math.Min(holds, delays.Count - 1)];
        return delay < LongestHold ? delay : LongestHold;
    }

    /// <summary>Describes a failure. Only the hub's own exceptions are known to hold no personal data.</summary>
    private static string Describe(Exception failure) => failure is VendorException { MayPass: true } ? failure.Message : "see the log";
}
