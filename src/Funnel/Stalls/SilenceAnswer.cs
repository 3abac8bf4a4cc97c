namespace IntegrationHub.Funnel;

/// <summary>The answer to a request for silence.</summary>
public abstract record SilenceAnswer
{
    private SilenceAnswer()
    {
    }

    /// <summary>The silence starts.</summary>
    /// <param name="State">The state to save.</param>
    public sealed record Granted(JourneyState State, Silence Silence) : SilenceAnswer;

    /// <summary>The link was used before. A no-op.</summary>
    public sealed record Repeated(Silence Silence) : SilenceAnswer;

    public sealed record Refused(SilenceRefusal Why) : SilenceAnswer;
}

/// <summary>The reason for a refusal.</summary>
public enum SilenceRefusal
{
    /// <summary>The link has expired.</summary>
    Expired,

    /// <summary>The lead or the alert is unknown.</summary>
    Unknown,

    /// <summary>The alert no longer holds.</summary>
    MovedOn,

    /// <summary>The stay was snoozed as often as allowed.</summary>
    TooOften,

    /// <summary>No activity lies ahead to wait for.</summary>
    NothingBooked,
}
