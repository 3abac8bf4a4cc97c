namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>What happens to the figures of an erased person.</summary>
internal enum ErasedFigures
{
    /// <summary>Sums of past days stay, as nobody's.</summary>
    Keep,

    /// <summary>They are taken out of the sums too.</summary>
    Subtract,
}

/// <summary>How the figures are kept. Section <c>Reports</c>.</summary>
internal sealed record ReportOptions
{
    /// <summary>Gets what happens to the figures of an erased person. Setting <c>Reports:WhenErased</c>, default
    /// keep.</summary>
    public ErasedFigures WhenErased { get; init; }
}
