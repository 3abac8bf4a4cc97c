namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How alerts are told. Section <c>Alerts</c>, beside the funnel's own <see cref="Funnel.AlertPolicy"/>.</summary>
public sealed record AlertDeliveryOptions
{
    /// <summary>Gets how long the first alert waits for others to come with it. Default: 30 seconds; zero for not at all.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets how long after a mail the next one to the same audience may go out at the earliest. Default: 5 minutes; zero for at once.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how many leads a mail shows; the rest are counted. 1 to 50. Default: 20.</summary>
    public int MaxRows { get; init; } = 20;

    /// <summary>Gets how long a connector that was down has to work again, with nothing left of the time before, until the leads that depend on it are told of. Default: 10 minutes.</summary>
    public TimeSpan CatchUp { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets how long the links in a mail work. Default: 7 days.</summary>
    public TimeSpan LinksValidFor { get; init; } = TimeSpan.FromDays(7);
}
