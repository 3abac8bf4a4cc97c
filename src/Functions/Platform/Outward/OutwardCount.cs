namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>The effects of a channel in the present hour, over all instances.</summary>
internal sealed record OutwardCount
{
    /// <summary>Gets the beginning of the counted hour, in UTC.</summary>
    public DateTimeOffset Hour { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Gets how many effects the instances have taken in that hour, unused shares included.</summary>
    public int Taken { get; init; }

    /// <summary>Gets since when effects are held; null for none.</summary>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Gets when an effect was last held; null for never.</summary>
    public DateTimeOffset? HeldAt { get; init; }

    /// <summary>Gets until when nothing is held, because somebody resumed; null for never.</summary>
    public DateTimeOffset? FreeUntil { get; init; }

    /// <summary>Gets about how many messages wait. A crash may lose a few seconds of counting.</summary>
    public int Waiting { get; init; }
}

/// <summary>The answer to an instance that takes effects.</summary>
/// <param name="Share">The effects that the instance may use; zero when effects are held.</param>
/// <param name="Until">The end of the share, exclusive.</param>
internal sealed record OutwardGrant(OutwardCount Count, int Share, DateTimeOffset Until);
