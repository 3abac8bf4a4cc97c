namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How people are erased. Section <c>Erasure</c>.</summary>
internal sealed record ErasureOptions
{
    /// <summary>Gets how long an erased lead is only hidden and can be restored. From zero, which destroys at once, to
    /// 30 days. Default: 1 day.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Gets how many erasures may be asked for within an hour. More stop the destroying until a person resumes
    /// it. At least 1. Default: 100.</summary>
    public int MostAnHour { get; init; } = 100;

    /// <summary>Gets the connectors whose tools are told to erase the person too, for good. Default: none.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];
}
