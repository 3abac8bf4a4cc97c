using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>How the handling of a message ended for the bus.</summary>
public abstract record Settlement
{
    /// <summary>Done with.</summary>
    public sealed record Complete : Settlement;

    /// <summary>A copy comes back after a while, this one is done with. An abandon would come back at once and burn the delivery count.</summary>
    /// <param name="Delay">How long until then.</param>
    /// <param name="Attempt">The number of the next attempt; the first delivery is 1.</param>
    public sealed record RetryAfter(TimeSpan Delay, int Attempt) : Settlement;

    /// <summary>For a person to look at.</summary>
    /// <param name="Reason">The kind of fault.</param>
    /// <param name="Description">What happened and what would help.</param>
    public sealed record DeadLetter(string Reason, string Description) : Settlement;
}

/// <summary>The one policy for failed messages. Pure.</summary>
/// <param name="delays">The waits before the second, third, … attempt; after the last one the message is given up.</param>
public sealed class MessageRetryPolicy(IReadOnlyList<TimeSpan> delays)
{
    /// <summary>The waits unless configured otherwise: eleven more attempts over about a day.</summary>
    public static readonly IReadOnlyList<TimeSpan> DefaultDelays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(45), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <summary>Decides what becomes of a message.</summary>
    /// <param name="failure">What went wrong; null for nothing.</param>
    /// <param name="attempt">Which attempt it was, from 1.</param>
    public Settlement Decide(Exception? failure, int attempt) => failure switch
    {
        null => new Settlement.Complete(),
        UnrecoverableMessageException hopeless => new Settlement.DeadLetter(hopeless.Reason, hopeless.Detail),
        UnreadableDeliveryException unreadable => new Settlement.DeadLetter("unreadable", unreadable.Message),
        VendorRefusedException refused => new Settlement.DeadLetter("vendor-refused", refused.Message),
        _ when attempt > delays.Count => new Settlement.DeadLetter("gave-up", $"{attempt} attempts failed; the last with {failure.GetType().Name}: {Describe(failure)}"),
        VendorUnavailableException { RetryAfter: { } wait } when wait > delays[attempt - 1] => new Settlement.RetryAfter(wait, attempt + 1),
        _ => new Settlement.RetryAfter(delays[attempt - 1], attempt + 1),
    };

    /// <summary>Only the hub's own exceptions are known to say nothing about a person.</summary>
    private static string Describe(Exception failure) => failure is VendorUnavailableException or ConnectorNeedsAuthorizationException ? failure.Message : "see the log";
}
