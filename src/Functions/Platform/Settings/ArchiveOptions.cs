namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>The archive of deliveries. Section <c>Archive</c>.</summary>
internal sealed record ArchiveOptions
{
    /// <summary>Gets the keys that wrap the keys of stored bodies, newest first; at least one. The newest wraps, and
    /// each unwraps what it wrapped.</summary>
    public required IReadOnlyList<ArchiveKey> Keys { get; init; }

    /// <summary>Gets how long a delivery stays in the archive, in whole days. Default: 30 days.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>A key of the settings.</summary>
/// <param name="Version">Its name, which is stored beside what it wrapped.</param>
/// <param name="Secret">The key, 32 bytes.</param>
internal sealed record ArchiveKey(string Version, byte[] Secret)
{
    /// <summary>Returns the version only: a printed key shows no secret.</summary>
    public override string ToString() => Version;
}
