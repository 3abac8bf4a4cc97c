namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>The hub's address and limits. Section <c>Hub</c>.</summary>
internal sealed record HubOptions
{
    /// <summary>Gets the public address of the hub, without a trailing slash. Vendors sign it and mails link to it.
    /// Default: <c>http://localhost:7071</c>.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>Gets the prefix of every table name, so that several hubs can share a storage account. Letters and
    /// digits, a letter first, at most 20. Default: none.</summary>
    public string TablePrefix { get; init; } = "";

    /// <summary>Gets the memory for cached journeys, estimated, in MiB. Default: 64; zero disables the cache.</summary>
    public int JourneyCacheMegabytes { get; init; } = 64;

    /// <summary>Gets how many facts of a lead are kept one by one, 100 to 5000. The oldest of more are summed up.
    /// Default: 2000.</summary>
    public int FactsPerLead { get; init; } = 2_000;

    /// <summary>Gets how many dead letters a replay sends each second, to spare the tools.
    /// At least 1. Default: 20.</summary>
    public int ReplayPerSecond { get; init; } = 20;

    /// <summary>Gets the memory for the bodies of webhooks that are being received, in MiB, 2 to 4096. What exceeds it
    /// is answered with 503. Default: 64.</summary>
    public int IntakeMegabytes { get; init; } = 64;

    /// <summary>Gets how many days the audit is kept, 30 to 3660. Default: 730.</summary>
    public int AuditDays { get; init; } = 730;

    /// <summary>Gets when the hub began, in UTC. Older facts build journeys and cause nothing outside. Default: null,
    /// <see cref="LookBack"/> before the hub first ran, which the tables remember.</summary>
    public DateTimeOffset? LiveSince { get; init; }

    /// <summary>Gets how long before its first run something may have happened and still be news. Zero: nothing
    /// is. Default: 365 days.</summary>
    public TimeSpan LookBack { get; init; } = TimeSpan.FromDays(365);
}

/// <summary>Returns when the hub first ran, as its tables remember it; null for a hub that has always been live.</summary>
internal delegate DateTimeOffset? RememberedBeginning();
