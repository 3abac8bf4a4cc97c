namespace IntegrationHub.Functions.Retention;

/// <summary>A place that holds bodies, and no index of the persons in them.</summary>
internal interface IBodyPlace
{
    /// <summary>Gets its name for metrics and logs.</summary>
    string Name { get; }

    /// <summary>Looks at the next bodies, and takes erased persons out of them. Idempotent.</summary>
    /// <param name="from">Where the page before ended; null for the first.</param>
    Task<BodyPage> SweepAsync(string? from, GonePersons gone, CancellationToken cancellationToken);
}

/// <summary>A page of bodies that were looked at.</summary>
/// <param name="Removed">How many named an erased person and are removed.</param>
/// <param name="Left">How many named one and could not be reached.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
internal sealed record BodyPage(int Removed, int Left, string? Next);
