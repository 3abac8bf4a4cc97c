using System.Text.Json.Serialization;
using Azure;

namespace IntegrationHub.Functions.Ops.DeadLetters;

/// <summary>What becomes of the dead letters that an order means.</summary>
internal enum DeadLetterAction
{
    /// <summary>A copy goes to the queue or subscription that gave them up.</summary>
    Replay,

    /// <summary>They are removed for good.</summary>
    Purge,
}

/// <summary>The state of a job.</summary>
internal enum DeadLetterState
{
    /// <summary>All dead letters are peeked at once, to count those that are meant.</summary>
    Looking,

    /// <summary>Those that are meant are received and sent again, or removed.</summary>
    Working,

    /// <summary>Nothing is left of what it meant when it began.</summary>
    Done,

    /// <summary>Somebody stopped it. What it did stays done.</summary>
    Stopped,
}

/// <summary>A replay or purge that may take many runs, and how far it is.</summary>
/// <param name="Entity">The name of the queue or subscription.</param>
/// <param name="Reason">The exact reason of those meant; null for all.</param>
/// <param name="Connector">The connector of those meant; null for all.</param>
/// <param name="By">Who asked, as the audit names callers.</param>
/// <param name="StartedAt">When it was asked, in UTC.</param>
internal sealed record DeadLetterJob(
    string Id, DeadLetterAction Action, string Entity, string? Reason, string? Connector, string By, DateTimeOffset StartedAt)
{
    /// <summary>Gets why the dead letters are removed; null for a replay.</summary>
    public string? Why { get; init; }

    public DeadLetterState State { get; init; }

    /// <summary>Gets when it was over, in UTC; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the number of the last dead letter that was looked at, where the next run continues.</summary>
    public long Position { get; init; }

    /// <summary>Gets the number of the last dead letter that was there when it began. Later ones are not
    /// meant.</summary>
    public long Through { get; init; }

    public int Looked { get; init; }

    /// <summary>Gets how many of those looked at are meant.</summary>
    public int Matched { get; init; }

    /// <summary>Gets how many were sent again or removed. A crash may leave up to a page of them uncounted.</summary>
    public int Handled { get; init; }

    /// <summary>Gets the matches by reason and connector, most frequent first.</summary>
    public IReadOnlyList<ReasonCount> ByReason { get; init; } = [];

    /// <summary>Gets a value indicating whether nothing is left to do for it.</summary>
    public bool IsOver => State is DeadLetterState.Done or DeadLetterState.Stopped;

    /// <summary>Gets the version of the stored row.</summary>
    [JsonIgnore]
    public ETag ETag { get; init; }
}
