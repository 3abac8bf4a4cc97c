namespace IntegrationHub.Functions.Retention;

/// <summary>A place whose content leaves by age.</summary>
internal interface IAgingPlace
{
    /// <summary>How long before it leaves something is announced to ops.</summary>
    static readonly TimeSpan Notice = TimeSpan.FromDays(7);

    /// <summary>Gets its name for metrics, logs and health.</summary>
    string Name { get; }

    /// <summary>Gets what it holds, for people: "parked deliveries".</summary>
    string Content { get; }

    /// <summary>Gets what ops may do about what leaves soon or is unsettled; null when there is nothing.</summary>
    string? Advice { get; }

    /// <summary>Looks at the next things, and removes what is too old. Idempotent.</summary>
    /// <param name="from">Where the page before ended; null for the first.</param>
    Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken);
}

/// <summary>A page of things that were looked at.</summary>
/// <param name="Removed">The ids of what was removed.</param>
/// <param name="Leaving">How many leave within <see cref="IAgingPlace.Notice"/> and nobody has looked at.</param>
/// <param name="Unsettled">How many are too old and stay, because they are unsettled.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record AgedPage(IReadOnlyList<string> Removed, int Leaving, int Unsettled, string? Next);
