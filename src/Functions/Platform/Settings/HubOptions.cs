namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Where the hub lives. Section <c>Hub</c>.</summary>
public sealed record HubOptions
{
    /// <summary>Gets the address under which the tools and people reach the hub, without a trailing slash. Vendors sign it, mails link to it. Default: <c>http://localhost:7071</c>.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>Gets what the name of every table begins with, so that several hubs can share a storage account. Letters and digits, a letter first, at most 20. Default: nothing.</summary>
    public string TablePrefix { get; init; } = "";

    /// <summary>Gets how much memory the journeys worked on last may take, in MiB, estimated. Default: 64; zero keeps none.</summary>
    public int JourneyCacheMegabytes { get; init; } = 64;

    /// <summary>Gets how many dead letters a replay sends in a second, so that the tools are not overrun. At least 1. Default: 20.</summary>
    public int ReplayPerSecond { get; init; } = 20;

    /// <summary>Gets the key that signs the links in mails; null for one that the hub makes itself, once, and keeps in a table. Secret.</summary>
    public string? LinkKey { get; init; }
}
