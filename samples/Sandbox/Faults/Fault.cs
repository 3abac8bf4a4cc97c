namespace IntegrationHub.Sandbox.Faults;

/// <summary>A fault of a vendor's calls, until its time or count is over.</summary>
public sealed record Fault
{
    public FaultKind Kind { get; init; } = FaultKind.Answer;

    /// <summary>Gets the answer's status, for <see cref="FaultKind.Answer"/>.</summary>
    public int Status { get; init; } = 500;

    /// <summary>Gets the error code in the answer's body; null is the vendor's usual one for the status.</summary>
    public string? Code { get; init; }

    /// <summary>Gets the answer's <c>Retry-After</c>; null sends none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the (real) time that passes before anything else.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Gets how long the fault lasts by the sandbox's clock; null is until cleared.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Gets how many calls fail; null is all.</summary>
    public int? Count { get; init; }

    /// <summary>Gets which of the matching calls fail: every n-th; 1 is all.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Gets the prefix of the failing paths, without the vendor's name; null is all.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>Gets the failing HTTP method; null is all.</summary>
    public string? Method { get; init; }
}
