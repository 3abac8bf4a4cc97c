using Azure;

namespace IntegrationHub.Functions.Replays;

/// <summary>The state of a replay.</summary>
public enum ReplayState
{
    /// <summary>Deliveries are processed again, into tables beside the live ones.</summary>
    Rebuilding,

    /// <summary>Rebuilt leads are compared with the live ones.</summary>
    Comparing,

    /// <summary>Everything is compared. It waits for a switch, or for the end.</summary>
    Compared,

    /// <summary>The rebuilt facts replace the live ones, lead by lead.</summary>
    Switching,

    /// <summary>All leads are switched.</summary>
    Switched,

    /// <summary>It was a dry run or was cancelled. Nothing was changed.</summary>
    Ended,
}

/// <summary>What a replay compares a rebuilt lead as.</summary>
internal enum LeadVerdict
{
    /// <summary>The journey would be the same.</summary>
    Same,

    /// <summary>The journey would change.</summary>
    Different,

    /// <summary>The live tables lack the lead.</summary>
    Missing,

    /// <summary>The rebuild has nothing that the live lead has of these deliveries.</summary>
    Extra,
}

/// <summary>Which deliveries a replay processes.</summary>
/// <param name="From">The first time of receipt, inclusive, in UTC.</param>
/// <param name="To">The last time of receipt, exclusive, in UTC.</param>
/// <param name="Connector">The connector; null for all.</param>
internal sealed record ReplayRange(DateTimeOffset From, DateTimeOffset To, string? Connector)
{
    /// <summary>Whether a delivery is in the range.</summary>
    public bool Holds(string connector, DateTimeOffset receivedAt) =>
        receivedAt >= From && receivedAt < To && (Connector is null || Connector == connector);
}

/// <summary>A replay: its range, how far it is, and what it found.</summary>
/// <param name="DryRun">Whether it ends after the comparison and can never be switched.</param>
internal sealed record Replay(string Id, ReplayRange Range, bool DryRun, ReplayState State, DateTimeOffset StartedAt)
{
    /// <summary>Gets the day that is read; null before the rebuild begins and after it.</summary>
    public string? Day { get; init; }

    /// <summary>Gets where to continue within the step; null for its beginning.</summary>
    public string? Marker { get; init; }

    /// <summary>Gets how many deliveries were processed.</summary>
    public int Deliveries { get; init; }

    /// <summary>Gets how many deliveries could not be processed, because no mapper reads them any more.</summary>
    public int Failed { get; init; }

    /// <summary>Gets how many erasures were carried out again.</summary>
    public int Erased { get; init; }

    /// <summary>Gets how many leads were compared, by verdict.</summary>
    public LeadCounts Leads { get; init; } = new(0, 0, 0, 0);

    /// <summary>Gets how many leads were switched.</summary>
    public int Switched { get; init; }

    /// <summary>Gets whether there is work for the timer.</summary>
    public bool IsBusy => State is ReplayState.Rebuilding or ReplayState.Comparing or ReplayState.Switching;

    /// <summary>Gets whether it is over.</summary>
    public bool IsOver => State is ReplayState.Switched or ReplayState.Ended;

    /// <summary>Gets the version of the stored row.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ETag ETag { get; init; }
}

/// <summary>How many leads have each verdict.</summary>
internal sealed record LeadCounts(int Same, int Different, int Missing, int Extra)
{
    /// <summary>Returns the counts with one lead more.</summary>
    public LeadCounts With(LeadVerdict verdict) => verdict switch
    {
        LeadVerdict.Same => this with { Same = Same + 1 },
        LeadVerdict.Different => this with { Different = Different + 1 },
        LeadVerdict.Missing => this with { Missing = Missing + 1 },
        LeadVerdict.Extra => this with { Extra = Extra + 1 },
        _ => throw new InvalidOperationException($"Unknown verdict {verdict}."),
    };
}
