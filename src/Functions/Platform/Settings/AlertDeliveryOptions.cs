namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>How alerts are sent. Section <c>Alerts</c>, beside the funnel's own
/// <see cref="Funnel.AlertPolicy"/>.</summary>
internal sealed record AlertDeliveryOptions
{
    /// <summary>Gets how long the first alert waits for others to join its mail. Default: 30
    /// seconds; zero sends at once.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the shortest time between two mails to the same recipients. Default: 5
    /// minutes; zero for none.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how many leads a mail shows, 1 to 50. The rest are counted. Default: 20.</summary>
    public int MaxRows { get; init; } = 20;

    /// <summary>Gets how long a recovered connector must work, without backlog, before alerts on its leads
    /// resume. Default: 10 minutes.</summary>
    public TimeSpan CatchUp { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets how long the links in a mail work. Default: 7 days.</summary>
    public TimeSpan LinksValidFor { get; init; } = TimeSpan.FromDays(7);
}
